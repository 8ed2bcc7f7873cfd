import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { History, Search } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { ago } from "@/lib/format";
import { conversationsQuery } from "./use-conversation";

export function PastConversations({ onOpen }: { onOpen: (id: string) => void }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const { data = [], isPending } = useQuery({ ...conversationsQuery(), enabled: open });
  return (
    <Menu
      align="end"
      className="w-80"
      onOpen={() => setOpen(true)}
      trigger={
        <Button
          variant="quiet"
          size="icon"
          aria-label="Past conversations"
          className="text-fg-3 pointer-coarse:size-11"
        >
          <History />
        </Button>
      }
      items={[
        // First: what comes after it moves when the list arrives.
        { label: "Search all that was asked", icon: <Search />, run: () => void navigate({ to: "/assistant" }) },
        "line",
        { heading: isPending ? "Loading" : data.length === 0 ? "No past conversations" : "Past conversations" },
        ...data.slice(0, 12).map((c) => ({ label: c.title, hint: ago(c.updated_at), run: () => onOpen(c.id) })),
      ]}
    />
  );
}
