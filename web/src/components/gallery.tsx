/** Every component of the kit, state by state, beside the design's own sheet. */
import { Check, CircleAlert, Ellipsis, Stamp, TriangleAlert } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Badge, Kbd } from "./ui/badge";
import { Button } from "./ui/button";
import { Checkbox } from "./ui/checkbox";
import { Combobox } from "./ui/combobox";
import { Diff } from "./ui/diff";
import { Field } from "./ui/field";
import { Input, Select, Textarea } from "./ui/input";
import { AgentMark, Company, Person, ProductMark, SystemMark } from "./ui/marks";
import { Menu } from "./ui/menu";
import { Overlay } from "./ui/overlay";
import { StageRing } from "./ui/stage-ring";
import { Card, Empty, Progress, Skeleton } from "./ui/states";
import { failed, told } from "./ui/toast";
import { setTheme } from "@/lib/theme";

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="flex flex-col gap-2">
    <h2 className="text-meta font-medium text-fg-3">{title}</h2>
    <div className="flex flex-wrap items-center gap-3">{children}</div>
  </section>
);

const STAGES = [10, 25, 40, 60, 80];

export function Gallery() {
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string | null>("b");
  return (
    <main className="mx-auto grid max-w-5xl gap-8 bg-bg p-8 md:grid-cols-2">
      <header className="flex items-center gap-3 md:col-span-2">
        <ProductMark className="size-8" />
        <h1 className="flex-1 text-title text-fg">The kit</h1>
        <Button onClick={() => setTheme("light")}>Light</Button>
        <Button onClick={() => setTheme("dark")}>Dark</Button>
      </header>
      <Part title="Buttons">
        <Button variant="primary">Save</Button>
        <Button variant="primary" busy="Saving">
          Save
        </Button>
        <Button variant="primary" disabled>
          Save
        </Button>
        <Button>Edit</Button>
        <Button variant="quiet">Skip</Button>
        <Button variant="danger">Delete</Button>
        <Button size="icon" aria-label="More">
          <Ellipsis />
        </Button>
        <Kbd>K</Kbd>
      </Part>
      <Part title="Who">
        <Person person={{ id: "1", name: "Vicki Laflamme" }} />
        <Person person={{ id: "2", name: "Hayden Neloms" }} />
        <Company name="Isdom" />
        <AgentMark /> <SystemMark kind="import" size={20} /> <SystemMark kind="key" size={20} />
      </Part>
      <Part title="Fields">
        <Field label="Amount">{(w) => <Input {...w} defaultValue="$67,494" />}</Field>
        <Field label="Close date" error="November has 30 days">
          {(w) => <Input {...w} defaultValue="31 Nov 2026" />}
        </Field>
        <Field label="Forecast">
          {(w) => (
            <Select {...w}>
              <option>Commit</option>
              <option>Best case</option>
            </Select>
          )}
        </Field>
        <Field label="Owner" className="w-48">
          {(w) => (
            <Combobox
              id={w.id}
              label={chosen === "a" ? "Ada" : "Ben"}
              value={chosen}
              onChange={setChosen}
              choices={[
                { value: "a", label: "Ada" },
                { value: "b", label: "Ben" },
              ]}
            />
          )}
        </Field>
        <Textarea aria-label="Note" placeholder="Write a note" />
        <Checkbox aria-label="Off" /> <Checkbox aria-label="On" defaultChecked />{" "}
        <Checkbox aria-label="Some" checked="indeterminate" />
      </Part>
      <Part title="Badges and stages">
        <Badge>Neutral</Badge>
        <Badge kind="selected">Selected</Badge>
        <Badge kind="outline">Read only</Badge>
        <Badge kind="proposed">
          <AgentMark size={16} /> Proposed
        </Badge>
        <Badge kind="ok">
          <Check /> Won
        </Badge>
        <Badge kind="warn">
          <TriangleAlert /> 23 d in stage
        </Badge>
        <Badge kind="bad">
          <CircleAlert /> 3 days late
        </Badge>
        {STAGES.map((p) => (
          <StageRing key={p} kind="open" probability={p} />
        ))}
        <StageRing kind="won" probability={100} />
        <StageRing kind="lost" probability={0} />
      </Part>
      <Part title="Diff">
        <Diff before="27 Nov 2026" after="4 Dec 2026" />
        <Diff before={null} after="Best case" />
      </Part>
      <Part title="Floating">
        <Button onClick={() => setOpen(true)}>Dialog</Button>
        <Menu
          trigger={<Button>Menu</Button>}
          items={[
            { label: "One", run: () => told("One") },
            { label: "Two", run: () => told("Two") },
          ]}
        />
        <Button onClick={() => told("Moved to Negotiation", { label: "Undo", run: () => told("Undone") })}>
          Toast
        </Button>
        <Button onClick={() => failed("Amount was not saved", "Hayden set $70,000. Yours is kept.")}>Failure</Button>
        <Overlay
          open={open}
          onOpenChange={setOpen}
          title="A dialog"
          description="On the phone it is a sheet."
          footer={<Button onClick={() => setOpen(false)}>Close</Button>}
        >
          <p>Its body.</p>
        </Overlay>
      </Part>
      <Part title="Waiting">
        <Skeleton /> <Skeleton className="w-40" />
        <Progress value={40} max={100} label="Progress" />
      </Part>
      <Card title="Empty state">
        <Empty icon={Stamp} title="No approvals are waiting" action={<Button>See the rules</Button>}>
          What an agent wants to change arrives here.
        </Empty>
      </Card>
    </main>
  );
}
