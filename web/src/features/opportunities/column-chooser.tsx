import { Columns3 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { COLUMNS, HIDDEN } from "./columns";

export function ColumnChooser(props: {
  visibility: Record<string, boolean>;
  onChange: (next: Record<string, boolean>) => void;
}) {
  return (
    <Menu
      align="end"
      trigger={
        <Button className="h-[34px] max-md:hidden">
          <Columns3 /> Columns
        </Button>
      }
      items={[
        ...COLUMNS.filter((c) => c.id !== "name").map((c) => {
          const checked = props.visibility[c.id] ?? true;
          return {
            label: c.header,
            checked,
            stay: true,
            run: () => props.onChange({ ...props.visibility, [c.id]: !checked }),
          };
        }),
        "line",
        { label: "As at first", run: () => props.onChange(HIDDEN) },
      ]}
    />
  );
}
