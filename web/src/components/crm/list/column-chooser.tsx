import { Columns3 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import type { ChosenColumns } from "./use-columns";

export function ColumnChooser(props: { columns: { id: string; header: string }[]; chosen: ChosenColumns }) {
  const { visibility, choose, reset } = props.chosen;
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
          .filter((c) => c.id !== "name")
          .map((c) => {
            const checked = visibility[c.id] === true;
            return { label: c.header, checked, stay: true, run: () => choose({ [c.id]: !checked }) };
          }),
        "line",
        { label: "As at first", run: reset },
      ]}
    />
  );
}
