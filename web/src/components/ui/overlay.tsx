/** Dialog and drawer: one Radix dialog, two shapes; on the phone both become a sheet. */
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";

const SHAPES = {
  dialog:
    "top-[12vh] left-1/2 max-h-[80vh] w-[min(520px,calc(100vw-32px))] -translate-x-1/2 rounded-2xl animate-rise max-md:top-auto max-md:bottom-0 max-md:w-full max-md:rounded-b-none max-md:rounded-t-3xl max-md:max-h-[calc(100dvh-64px)]",
  wide: "top-[8vh] left-1/2 max-h-[84vh] w-[min(720px,calc(100vw-32px))] -translate-x-1/2 rounded-2xl animate-rise max-md:top-auto max-md:bottom-0 max-md:w-full max-md:rounded-b-none max-md:rounded-t-3xl max-md:max-h-[calc(100dvh-64px)]",
  page: "top-[4vh] left-1/2 max-h-[92vh] w-[min(1080px,calc(100vw-32px))] -translate-x-1/2 rounded-2xl animate-rise max-md:top-auto max-md:bottom-0 max-md:w-full max-md:rounded-b-none max-md:rounded-t-3xl max-md:max-h-[calc(100dvh-64px)]",
  drawer:
    "top-0 right-0 h-dvh w-[min(400px,100vw)] animate-slide max-md:top-16 max-md:h-[calc(100dvh-64px)] max-md:w-full max-md:rounded-t-3xl",
};

export function Overlay(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  shape?: keyof typeof SHAPES;
  children: ReactNode;
  footer?: ReactNode;
}) {
  return (
    <Radix.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Radix.Content
          data-slot="overlay"
          {...(props.description ? {} : { "aria-describedby": undefined })}
          className={cn("fixed z-50 flex flex-col bg-surface shadow-4 outline-none", SHAPES[props.shape ?? "dialog"])}
        >
          <header className="flex items-start gap-3 border-b border-line px-5 py-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-dialog text-fg">{props.title}</Radix.Title>
              {props.description && (
                <Radix.Description className="text-cell text-fg-3">{props.description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <Button variant="quiet" size="icon" aria-label="Close" className="-mr-2 text-fg-3">
                <X />
              </Button>
            </Radix.Close>
          </header>
          <div className="min-h-0 flex-1 scroll-thin overflow-y-auto px-5 py-4">{props.children}</div>
          {props.footer && (
            <footer className="flex items-center justify-end gap-2 border-t border-line bg-sunken px-5 py-3 max-md:pb-6">
              {props.footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
