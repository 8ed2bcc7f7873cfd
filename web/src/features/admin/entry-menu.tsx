import { Archive, ArchiveRestore, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";

/** What is done with an entry of master data, at the end of its row. */
export function EntryMenu(props: {
  name: string;
  archived: boolean;
  onEdit: () => void;
  onArchive: (archived: boolean) => void;
  onDelete: () => void;
}) {
  const { archived } = props;
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="quiet" size="icon" aria-label={`More for ${props.name}`}>
          <Ellipsis />
        </Button>
      }
      items={[
        { label: "Edit", icon: <Pencil />, run: props.onEdit },
        archived
          ? { label: "Restore", icon: <ArchiveRestore />, run: () => props.onArchive(false) }
          : { label: "Archive", icon: <Archive />, run: () => props.onArchive(true) },
        "line",
        { label: "Delete", icon: <Trash2 />, bad: true, run: props.onDelete },
      ]}
    />
  );
}
