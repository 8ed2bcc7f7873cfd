import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { isApiError, sentence } from "@/api/problem";
import { Button } from "@/components/ui/button";

function Page(props: { title: string; text: string; requestId?: string | null; children: React.ReactNode }) {
  return (
    <main className="mx-auto flex min-h-[60vh] max-w-md flex-col justify-center gap-2 px-6">
      <h1 className="text-title text-fg">{props.title}</h1>
      <p className="text-body text-fg-2">{props.text}</p>
      {props.requestId && (
        <p className="text-meta text-fg-3">
          Request <code className="font-mono text-code select-all">{props.requestId}</code>
        </p>
      )}
      <div className="mt-3 flex gap-2">{props.children}</div>
    </main>
  );
}

const Home = () => (
  <Button asChild>
    <Link to="/">Home</Link>
  </Button>
);

export function NotFoundPage() {
  return (
    <Page title="Not found" text="There is nothing at this address, or you have no access to it.">
      <Home />
    </Page>
  );
}

export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (isApiError(error) && error.status === 404) return <NotFoundPage />;
  const offline = isApiError(error, "offline");
  return (
    <Page
      title={offline ? "The server can’t be reached" : "This page could not be shown"}
      text={sentence(error)}
      requestId={isApiError(error) ? error.requestId : null}
    >
      <Button
        variant="primary"
        onClick={() => {
          reset();
          void router.invalidate();
        }}
      >
        Retry
      </Button>
      <Home />
    </Page>
  );
}
