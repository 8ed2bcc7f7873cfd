import { useSuspenseQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useFieldArray, useWatch, type UseFormReturn } from "react-hook-form";
import { teamsQuery } from "@/api/shared";
import { Button } from "@/components/ui/button";
import { Input, Select } from "@/components/ui/input";
import { rolesQuery } from "../queries";
import { KINDS, type Values } from "./values";

/** What a value of a claim, or a group, stands for: a role or a team. */
export function Mappings({ form }: { form: UseFormReturn<Values> }) {
  const roles = useSuspenseQuery(rolesQuery()).data;
  const teams = useSuspenseQuery(teamsQuery()).data;
  const { fields, append, remove } = useFieldArray({ control: form.control, name: "mappings" });
  const rows = useWatch({ control: form.control, name: "mappings" });
  const kind = useWatch({ control: form.control, name: "kind" });
  const errors = form.formState.errors.mappings;
  return (
    <div className="flex flex-col gap-2">
      {fields.map((field, i) => (
        <div key={field.id} className="grid items-center gap-2 sm:grid-cols-[8.5rem_1fr_1.3fr_1.3fr_auto]">
          <Select aria-label={`Source of mapping ${i + 1}`} {...form.register(`mappings.${i}.source`)}>
            <option value="claim">Claim</option>
            <option value="group">SCIM group</option>
          </Select>
          {rows[i]?.source === "group" ? (
            <span className="text-cell text-fg-3 max-sm:hidden">group named</span>
          ) : (
            <Input
              aria-label={`Claim of mapping ${i + 1}`}
              placeholder="groups"
              {...form.register(`mappings.${i}.claim`)}
            />
          )}
          <Input
            aria-label={`Value of mapping ${i + 1}`}
            aria-invalid={errors?.[i]?.value ? true : undefined}
            placeholder={kind === "entra" ? "Object id of the group, or app role" : "Value"}
            {...form.register(`mappings.${i}.value`)}
          />
          <Select
            aria-label={`What mapping ${i + 1} stands for`}
            aria-invalid={errors?.[i]?.to ? true : undefined}
            {...form.register(`mappings.${i}.to`)}
          >
            <option value="">Stands for …</option>
            <optgroup label="Roles">
              {roles.map((r) => (
                <option key={r.id} value={`role:${r.id}`}>
                  {r.name}
                </option>
              ))}
            </optgroup>
            <optgroup label="Teams">
              {teams.map((t) => (
                <option key={t.id} value={`team:${t.id}`}>
                  {t.name}
                </option>
              ))}
            </optgroup>
          </Select>
          <Button variant="quiet" size="icon" aria-label={`Remove mapping ${i + 1}`} onClick={() => remove(i)}>
            <Trash2 />
          </Button>
        </div>
      ))}
      <Button
        size="card"
        className="self-start"
        onClick={() => append({ source: "claim", claim: KINDS[kind].claim, value: "", to: "" })}
      >
        <Plus /> Add a mapping
      </Button>
    </div>
  );
}
