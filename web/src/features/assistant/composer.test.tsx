import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { expect, it, vi } from "vitest";
import { meQuery } from "@/api/shared";
import { AskBox } from "./composer";

const ALL = Object.fromEntries(
  ["opportunity", "account", "contact", "lead", "activity", "task"].map((o) => [
    o,
    { read: "all", create: "all", update: "all" },
  ]),
);

function box(asked: string[] = [], onEscape = vi.fn()) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(meQuery().queryKey, { permissions: { ...ALL, agent: { use: "all" } } } as never);
  const held = createRef<HTMLTextAreaElement>();
  const onAsk = vi.fn(() => Promise.resolve(true));
  render(
    <QueryClientProvider client={client}>
      <div role="presentation" onKeyDown={(e) => e.key === "Escape" && (onEscape as () => void)()}>
        <AskBox
          box={held}
          placeholder="Ask"
          context={null}
          onDropContext={() => undefined}
          working={false}
          asked={asked}
          onAsk={onAsk}
          onStop={() => undefined}
        />
      </div>
    </QueryClientProvider>,
  );
  const field = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Ask the assistant" });
  const selected = () => field.value.slice(field.selectionStart, field.selectionEnd);
  return { field, onAsk, selected, user: userEvent.setup() };
}

it("a slash opens the list; keys pick from it, and the place to fill is selected", async () => {
  const { field, onAsk, selected, user } = box();
  await user.type(field, "/mo");
  expect(screen.getByRole("option", { selected: true })).toHaveTextContent("/move");
  expect(field).toHaveAttribute("aria-activedescendant", screen.getByRole("option", { selected: true }).id);
  await user.keyboard("{Enter}");
  expect(field).toHaveValue("move the [name] deal to [stage]");
  expect(selected()).toBe("[name]");
  expect(onAsk).not.toHaveBeenCalled();

  // What is not filled in is not sent: it is selected again, and said.
  await user.keyboard("Isdom{Enter}");
  expect(onAsk).not.toHaveBeenCalled();
  expect(screen.getByText("Put something in the place of [stage] first.")).toBeVisible();
  expect(selected()).toBe("[stage]");
  await user.keyboard("Proposal{Enter}");
  expect(onAsk).toHaveBeenCalledWith("move the Isdom deal to Proposal");
  expect(field).toHaveValue("");
});

it("Tab goes to the next place, and on when there is none", async () => {
  const { field, selected, user } = box();
  await user.type(field, "/move{Enter}Isdom");
  await user.tab();
  expect(selected()).toBe("[stage]");
  await user.keyboard("Won");
  await user.tab();
  expect(field).not.toHaveFocus();
});

it("Escape closes the list before it closes anything else", async () => {
  const escaped = vi.fn();
  const { field, user } = box([], escaped);
  await user.type(field, "/");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("listbox")).toBeNull();
  expect(escaped).not.toHaveBeenCalled();
  await user.keyboard("{Escape}");
  expect(escaped).toHaveBeenCalledOnce();
  await user.keyboard("d");
  expect(screen.getByRole("listbox")).toBeVisible();
});

it("arrow up brings back what was asked, arrow down the way back; what was typed is left alone", async () => {
  const { field, user } = box(["first", "second"]);
  await user.click(field);
  await user.keyboard("{ArrowUp}");
  expect(field).toHaveValue("second");
  await user.keyboard("{ArrowUp}{ArrowUp}");
  expect(field).toHaveValue("first");
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(field).toHaveValue("");
  await user.keyboard("mine{ArrowUp}");
  expect(field).toHaveValue("mine");
});

it("the button opens the list for who has no slash at hand", async () => {
  const { user } = box();
  await user.click(screen.getByRole("button", { name: "What can be asked" }));
  await user.click(screen.getByRole("option", { name: /^\/day/ }));
  expect(screen.getByRole("textbox")).toHaveValue("what should I do today?");
});
