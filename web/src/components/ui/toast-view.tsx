import { CircleAlert, CircleCheck, X } from "lucide-react";
import { Toaster as Sonner, toast } from "sonner";
import { Button } from "./button";

export const Toaster = () => (
  <Sonner position="bottom-center" visibleToasts={1} gap={8} offset={24} mobileOffset={{ bottom: 76 }} />
);

export interface Action {
  label: string;
  run: () => void;
}

function Body(props: {
  id: string | number;
  bad: boolean;
  title: string;
  detail?: string | undefined;
  action?: Action | undefined;
}) {
  const Glyph = props.bad ? CircleAlert : CircleCheck;
  return (
    <div
      role={props.bad ? "alert" : "status"}
      className="flex min-h-11 w-[min(384px,calc(100vw-32px))] items-center gap-2.5 rounded-xl bg-surface px-3.5 py-2 text-cell text-fg shadow-3"
    >
      <Glyph className={props.bad ? "size-4 shrink-0 text-bad" : "size-4 shrink-0 text-ok"} aria-hidden />
      <div className="min-w-0 flex-1">
        <p className={props.detail ? "font-medium" : ""}>{props.title}</p>
        {props.detail && <p className="text-meta text-fg-3">{props.detail}</p>}
      </div>
      {props.action && (
        <Button
          size="card"
          onClick={() => {
            toast.dismiss(props.id);
            props.action?.run();
          }}
        >
          {props.action.label}
        </Button>
      )}
      <Button variant="quiet" size="iconRow" aria-label="Dismiss" onClick={() => toast.dismiss(props.id)}>
        <X />
      </Button>
    </div>
  );
}

let last: string | number | undefined;

/** Past tense: what happened. It goes by itself, or when the next thing is told. */
export function told(title: string, action?: Action): void {
  if (last !== undefined) toast.dismiss(last);
  last = toast.custom((id) => <Body id={id} bad={false} title={title} action={action} />, { duration: 6000 });
}

/** What failed and what to do. It stays until it is closed. */
export function failed(title: string, detail?: string, action?: Action): void {
  toast.custom((id) => <Body id={id} bad title={title} detail={detail} action={action} />, { duration: Infinity });
}
