import type { ReactNode } from "react";
import { ProductMark } from "@/components/ui/marks";

/** The card that one meets before being inside. */
export function Door(props: { title: string; text?: string; children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col bg-sunken">
      <main className="grid flex-1 grid-cols-1 place-items-center p-4">
        <div className="w-full max-w-[408px] rounded-[14px] border border-line bg-surface p-9 shadow-2 max-sm:p-6">
          <div className="mb-6 flex items-center gap-2">
            <ProductMark className="size-7" />
            <span className="text-dialog text-fg">Dealwright</span>
          </div>
          <h1 className="text-title break-words text-fg">{props.title}</h1>
          {props.text && <p className="mt-0.5 text-body break-words text-fg-3">{props.text}</p>}
          <div className="mt-6">{props.children}</div>
        </div>
      </main>
      <footer className="px-8 py-6 text-meta text-fg-3">Hosted by your company. Your data stays on this server.</footer>
    </div>
  );
}
