import { useMutation } from "@tanstack/react-query";
import { sentence } from "@/api/problem";
import { Checkbox } from "@/components/ui/checkbox";
import { failed, told } from "@/components/ui/toast";

/** Switches a rule on or off where it is listed. */
export function ActiveSwitch(props: {
  rule: { name: string; active: boolean };
  save: (active: boolean) => Promise<unknown>;
  /** Reads the list again, however it went. */
  refresh: () => Promise<unknown>;
}) {
  const { rule } = props;
  const toggle = useMutation({
    mutationFn: props.save,
    onSuccess: (_, active) => told(active ? `“${rule.name}” is on` : `“${rule.name}” is off`),
    onError: (error) => failed("The rule was not changed", sentence(error)),
    onSettled: props.refresh,
  });
  return (
    <label className="flex min-h-6 items-center gap-2 pt-0.5 text-meta text-fg-3 max-md:min-h-11">
      <Checkbox
        checked={rule.active}
        disabled={toggle.isPending}
        aria-label={`${rule.name} is active`}
        onCheckedChange={(checked) => toggle.mutate(checked === true)}
      />
      <span aria-hidden className="w-6">
        {rule.active ? "On" : "Off"}
      </span>
    </label>
  );
}
