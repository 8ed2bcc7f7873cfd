import { useState } from "react";
import { sentence } from "@/api/problem";
import { useOptions } from "@/api/shared";
import type { StoredFile } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Overlay } from "@/components/ui/overlay";
import { useFileChange } from "./query";

/** What a file is: a stage may ask for a document of a type. */
export function Classify({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const { classify } = useFileChange();
  const [type, setType] = useState(file.document_type?.id ?? "");
  const types = useOptions("document_type", file.document_type?.id);
  return (
    <Overlay
      open
      onOpenChange={(open) => !open && onClose()}
      title="Type of document"
      description={file.name}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="classify-file" busy={classify.isPending && "Saving"}>
            Save
          </Button>
        </>
      }
    >
      <form
        id="classify-file"
        onSubmit={(e) => {
          e.preventDefault();
          classify.mutate({ file, type: type || null }, { onSuccess: onClose });
        }}
      >
        <Field
          label="It is a"
          error={classify.error ? sentence(classify.error) : undefined}
          hint="Stages of a pipeline can ask for a document of a type."
        >
          {(w) => (
            <Select {...w} autoFocus value={type} onChange={(e) => setType(e.target.value)}>
              <option value="">Nothing in particular</option>
              {types.map((t) => (
                <option key={t.id} value={t.id}>
                  {t.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </form>
    </Overlay>
  );
}
