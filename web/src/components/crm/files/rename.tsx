import { useState } from "react";
import { sentence } from "@/api/problem";
import type { StoredFile } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { useFileChange } from "./query";

export function Rename({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const { rename } = useFileChange();
  const [name, setName] = useState(file.name);
  const stem = file.name.lastIndexOf(".");
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Rename the file"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="rename-file" busy={rename.isPending && "Renaming"}>
            Rename
          </Button>
        </>
      }
    >
      <form
        id="rename-file"
        onSubmit={(e) => {
          e.preventDefault();
          rename.mutate({ file, name }, { onSuccess: onClose });
        }}
      >
        <Field label="Name" required error={rename.error ? sentence(rename.error) : undefined}>
          {(wiring) => (
            <Input
              {...wiring}
              value={name}
              maxLength={255}
              onChange={(e) => setName(e.target.value)}
              // Whoever renames a file rarely means its type.
              onFocus={(e) => stem > 0 && e.currentTarget.setSelectionRange(0, stem)}
            />
          )}
        </Field>
      </form>
    </Overlay>
  );
}
