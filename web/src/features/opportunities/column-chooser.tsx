import { Columns3 } from "lucide-react";
import { useFields } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import { HIDDEN, isHidden, type ListColumn } from "./columns";

export function ColumnChooser(props: {
  columns: ListColumn[];
  visibility: Record<string, boolean>;
  onChange: (next: Record<string, boolean>) => void;
}) {
  const { hides } = useFields("opportunity");
  return (
    <Menu
      align="end"
      trigger={
        <Button className="h-[34px] max-md:hidden">
          <Columns3 /> Columns
        </Button>
      }
      items={[
        ...props.columns
          .filter((c) => c.id !== "name" && !isHidden(c.id, hides))
          .map((c) => {
            const checked = props.visibility[c.id] ?? !c.hidden;
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
