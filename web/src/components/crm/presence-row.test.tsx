import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { customFieldsQuery } from "@/api/shared";
import { PresenceRow } from "./presence-row";

const there = vi.hoisted(() => ({
  now: Array.from({ length: 12 }, (_, n) => ({
    user: { id: `u${n}`, name: `Person ${n}` },
    field: n === 9 ? "custom.size" : null,
  })),
}));
vi.mock("./presence", () => ({ usePresence: () => there.now }));
vi.mock("@/api/client", () => ({ get: vi.fn() }));

it("shows the one who edits first, four of twelve, and how many more", () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(customFieldsQuery().queryKey, [{ object: "lead", key: "size", label: "Company size" }] as never);
  render(
    <QueryClientProvider client={client}>
      <PresenceRow type="lead" id="l1" />
    </QueryClientProvider>,
  );
  expect(screen.getByText("Person is editing Company size")).toBeVisible();
  expect(screen.getByRole("status")).toHaveTextContent(/^Person 9 is editing the Company size, Person 0 is here/);
  expect(document.querySelectorAll("[data-slot=person-mark]")).toHaveLength(4);
  expect(screen.getByText("+8")).toBeVisible();
});
