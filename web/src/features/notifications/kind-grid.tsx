/** Kinds of notification by channel. */
import type { EmailMode, NotificationChannels, NotificationKind } from "@/api/types";
import { Select } from "@/components/ui/input";

const KINDS: { id: NotificationKind; label: string }[] = [
  { id: "assigned_to_me", label: "A record or a task becomes mine" },
  { id: "mentioned", label: "Somebody mentions me or my team" },
  { id: "followed_record_changed", label: "A record that I follow changes" },
  { id: "task_reminder", label: "The reminder of a task comes" },
  { id: "task_due", label: "A task of mine is due" },
  { id: "task_overdue", label: "A task of mine is overdue" },
  { id: "shared_with_me", label: "A record is shared with me" },
  { id: "account_team_added", label: "I join an account’s team" },
  { id: "automation_message", label: "An automation tells me of a record" },
  { id: "automation_paused", label: "An automation of mine is switched off" },
  { id: "ai_alert", label: "The assistant gets worse, or an AI budget runs out" },
  { id: "sla_warning", label: "Something is soon due by a service level" },
  { id: "sla_breached", label: "Something is overdue by a service level" },
  { id: "approval_waiting", label: "An approval waits for me" },
  { id: "approval_escalated", label: "Nobody decided in time, and I may" },
  { id: "approval_decided", label: "What I asked for is decided" },
  { id: "stage_entered", label: "A stage tells me of a deal" },
  { id: "proposal_waiting", label: "A proposal waits for a decision" },
  { id: "import_finished", label: "My import has ended" },
  { id: "bulk_finished", label: "My change of many records is done" },
];
const MODES: { id: EmailMode; label: string }[] = [
  { id: "off", label: "No letter" },
  { id: "at_once", label: "At once" },
  { id: "daily", label: "Daily digest" },
  { id: "weekly", label: "Weekly digest" },
];

export type Kinds = Record<string, NotificationChannels>;

/** `silent`: no browser is turned on, so that what is chosen for them waits for one. */
export function KindGrid(props: { kinds: Kinds; silent: boolean; onChange: (kinds: Kinds) => void }) {
  const { kinds, onChange } = props;
  return (
    <table className="w-full text-cell">
      <thead>
        <tr className="border-b border-line text-left text-meta text-fg-3">
          <th scope="col" className="px-4 py-2 font-medium max-sm:px-3">
            When
          </th>
          <th scope="col" className="w-16 py-2 text-center font-medium max-sm:w-11">
            In the app
          </th>
          <th scope="col" className="w-24 py-2 text-center font-medium max-sm:w-16">
            In browsers
            {props.silent && <span className="block font-normal">(none is on)</span>}
          </th>
          <th scope="col" className="w-36 py-2 pr-4 pl-2 font-medium max-sm:pr-3 max-sm:pl-1">
            By e-mail
          </th>
        </tr>
      </thead>
      <tbody>
        {KINDS.map(({ id, label }) => {
          const channels = kinds[id] ?? { in_app: true, email: "off", push: false };
          const set = (more: Partial<NotificationChannels>) => onChange({ ...kinds, [id]: { ...channels, ...more } });
          return (
            <tr key={id} className="border-b border-line last:border-b-0">
              <th scope="row" className="px-4 py-2 text-left font-normal text-fg max-sm:px-3">
                {label}
              </th>
              <td className="py-2 text-center">
                <input
                  type="checkbox"
                  aria-label={`${label}: in the app`}
                  className="size-4 accent-accent"
                  checked={channels.in_app}
                  onChange={(e) => set({ in_app: e.target.checked })}
                />
              </td>
              <td className="py-2 text-center">
                <input
                  type="checkbox"
                  aria-label={`${label}: in browsers`}
                  className="size-4 accent-accent"
                  checked={channels.push}
                  onChange={(e) => set({ push: e.target.checked })}
                />
              </td>
              <td className="py-2 pr-4 pl-2 max-sm:pr-3 max-sm:pl-1">
                <Select
                  aria-label={`${label}: by e-mail`}
                  value={channels.email}
                  onChange={(e) => set({ email: e.target.value as EmailMode })}
                >
                  {MODES.map((mode) => (
                    <option key={mode.id} value={mode.id}>
                      {mode.label}
                    </option>
                  ))}
                </Select>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
