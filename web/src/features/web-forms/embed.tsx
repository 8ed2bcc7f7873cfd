import { ExternalLink } from "lucide-react";
import type { WebForm } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Copyable } from "@/components/ui/copyable";
import { Card } from "@/components/ui/states";
import { address, snippet } from "./snippet";

/** Where the form is, and how another site shows it. */
export function Embed({ form }: { form: WebForm }) {
  return (
    <Card
      title="Share it"
      aside={
        <Button size="card" asChild>
          <a href={address(form.key)} target="_blank" rel="noreferrer">
            <ExternalLink /> Preview
          </a>
        </Button>
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        {!form.active && <p className="text-cell text-warn-text">It is closed: nobody sees it.</p>}
        <Copyable label="Address" value={address(form.key)} />
        {form.origins.length > 0 ? (
          <Copyable label="Markup for your site" value={snippet(form)} />
        ) : (
          <p className="text-meta text-fg-3">To show it on your site, name the site below first.</p>
        )}
      </div>
    </Card>
  );
}
