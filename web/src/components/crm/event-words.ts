/** One sentence for an event: the verb and what it was done to. */
import type { TimelineEvent } from "@/api/types";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const ACTIVITY: Record<string, [string, string]> = {
  note: ["wrote", "a note"],
  call: ["logged", "a call"],
  email: ["logged", "an e-mail"],
  meeting: ["logged", "a meeting"],
};
const PLAIN: Record<string, string> = {
  created: "created",
  deleted: "deleted",
  restored: "restored",
  undone: "undid a change to",
  converted: "converted",
  archived: "archived",
  unarchived: "brought back from the archive",
  cloned: "copied another deal into",
  conversion_reverted: "took back the conversion of",
};

const nameOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "name" in value ? text(value.name) : "";

function sharing(event: TimelineEvent, action: string, noun: string): Words {
  const who = nameOf(event.data.user) || nameOf(event.data.team);
  if (action === "unshared") return { verb: "stopped sharing", object: `this ${noun} with ${who}` };
  const how = event.data.level === "edit" ? "to edit" : "to read";
  return { verb: "shared", object: `this ${noun} with ${who}, ${how}` };
}

const FILE: Record<string, string> = {
  added: "added the file",
  version_added: "added a version of",
  version_chosen: "chose another version of",
  deleted: "deleted the file",
  restored: "restored the file",
  quarantined: "blocked the file",
};

function ofFile(event: TimelineEvent, action: string): Words {
  const change = event.changes[0];
  if (action === "classified")
    return { verb: `filed ${event.subject.name} as`, object: change?.new_label ?? "nothing in particular" };
  if (action === "renamed") return { verb: `renamed the file ${text(change?.old)} to`, object: text(change?.new) };
  const finding = text(event.data.finding);
  return { verb: FILE[action] ?? action, object: event.subject.name + (finding ? `: ${finding}` : "") };
}

const PARTS: Record<string, string> = { added: "added", changed: "changed", removed: "took off the deal:" };
const PART_NOUNS: Record<string, string> = {
  contact: "a contact",
  competitor: "a competitor",
  product: "a product",
  affiliation: "an account",
};

/** "Ann Lee, Champion" of what was added, changed or taken off. */
function ofPart(noun: string, what: string, change: TimelineEvent["changes"][number]): Words {
  const verb = noun === "affiliation" && what === "removed" ? "removed" : PARTS[what];
  return { verb: verb ?? "changed", object: change.new_label ?? change.old_label ?? PART_NOUNS[noun] ?? "a part" };
}

/** A plan for an account: what became of it, or which of its fields. */
function ofPlan(event: TimelineEvent, action: string): Words {
  const name = event.subject.name.replace(/^Plan /, "the plan for ");
  const fields = event.changes.map((c) => (c.label ?? c.field).toLowerCase()).join(", ");
  if (action === "updated" && fields) return { verb: `changed ${fields} of`, object: name };
  return { verb: PLAIN[action] ?? "changed", object: name };
}

const LEVELS: Record<string, string> = {
  met: "noted that this was done in time for",
  warned: "warned that this is soon due by",
  breached: "noted that this is overdue by",
  escalated: "escalated this, which is overdue by",
};

const APPROVAL: Record<string, string> = {
  requested: "asked for the approval",
  approved: "gave the last yes to the approval",
  level_approved: "approved a level of",
  rejected: "rejected the approval",
  recalled: "recalled the request for the approval",
  restarted: "changed what waits, so that it begins anew:",
  escalated: "brought to others, since nobody decided in time:",
  delegated: "passed on the approval",
};

/** What became of a request for approval; in whose place somebody decided. */
function ofApproval(event: TimelineEvent, action: string): Words {
  const whom = Array.isArray(event.data.for) ? event.data.for.filter((n) => typeof n === "string").join(", ") : "";
  const to = Array.isArray(event.data.to) ? event.data.to.filter((n) => typeof n === "string").join(", ") : "";
  const verb = APPROVAL[action] ?? action;
  const name = `“${text(event.data.approval)}”`;
  return { verb: whom ? `${verb} for ${whom}:` : verb, object: to ? `${name} to ${to}` : name };
}

export interface Words {
  verb: string;
  object: string;
}

export function words(event: TimelineEvent): Words {
  const [noun = "", action = ""] = event.type.split(".");
  const change = event.changes[0];
  if (noun === "activity") {
    const [verb, fallback] = ACTIVITY[text(event.data.kind)] ?? ["logged", "an activity"];
    const minutes = Number(event.data.duration_minutes);
    const object = text(event.data.subject) || fallback;
    return {
      verb: text(event.data.subject) ? `${verb} ${fallback}:` : verb,
      object: minutes > 0 ? `${object}, ${minutes} min` : object,
    };
  }
  if (noun === "task") {
    const title = text(event.data.title) || event.subject.name;
    return {
      verb:
        action === "created" ? "added the task" : action === "completed" ? "finished the task" : `${action} the task`,
      object: title,
    };
  }
  if (noun === "file") return ofFile(event, action);
  if (action === "notified") return { verb: "told people:", object: text(event.data.message) };
  if (noun === "sla" && event.data.late === true)
    return { verb: "noted that this was done, but late for", object: text(event.data.rule) };
  if (noun === "sla") return { verb: LEVELS[action] ?? action, object: text(event.data.rule) };
  if (noun === "approval") return ofApproval(event, action);
  if (noun === "account_plan") return ofPlan(event, action);
  if (noun === "proposal") {
    const n = event.changes.length;
    const object = n === 1 ? "1 change" : n > 1 ? `${n} changes` : "a change";
    return { verb: action === "created" ? "proposed" : action, object };
  }
  if (noun === "import") return { verb: action === "rolled_back" ? "rolled back" : "finished", object: "an import" };
  if (action === "moved") {
    const stage = event.changes.find((c) => c.field === "stage_id" || c.field === "stage") ?? change;
    return {
      verb: `moved the deal${stage?.old_label ? ` from ${stage.old_label}` : ""} to`,
      object: stage?.new_label ?? "another stage",
    };
  }
  if (action.startsWith("checklist_") && change)
    return {
      verb: action === "checklist_ticked" ? "ticked" : "took back the tick of",
      object: change.old_label?.replace(/ \(open\)$/, "") ?? "",
    };
  if (action === "lifecycle_adopted")
    return { verb: "moved the deal over to", object: change?.new_label ?? "a new version" };
  const part = /^(contact|competitor|product|affiliation)_(added|changed|removed)$/.exec(action);
  if (part && change) return ofPart(part[1] ?? "", part[2] ?? "", change);
  if (noun === "contact" && action === "left") return { verb: "noted that they left:", object: event.subject.name };
  if (action === "reopened") {
    const reason = text(event.data.reason);
    return { verb: "opened the deal again", object: reason ? `“${reason}”` : "" };
  }
  if (action === "team_changed") {
    return { verb: `moved this ${noun} with its owner to`, object: change?.new_label ?? "no team" };
  }
  if (action === "updated" && event.changes.length > 0) {
    return { verb: "changed", object: event.changes.map((c) => c.label).join(", ") };
  }
  if (action === "merged") return { verb: "merged", object: `${text(event.data.loser)} into this ${noun}` };
  if (action === "merged_into") return { verb: "merged", object: `this ${noun} into ${text(event.data.winner)}` };
  if (action === "unmerged") return { verb: "took", object: `${text(event.data.loser)} out of this ${noun} again` };
  if (action === "assigned") {
    return { verb: "assigned", object: `this ${noun} to ${nameOf(event.data.owner)} by “${nameOf(event.data.rule)}”` };
  }
  if (action === "shared" || action === "unshared") return sharing(event, action, noun);
  if (action === "member_added" || action === "member_removed") {
    const verb = action === "member_added" ? "put" : "took";
    return { verb, object: `${nameOf(event.data.user)} ${verb === "put" ? "on" : "off"} the account’s team` };
  }
  return { verb: PLAIN[action] ?? action.replaceAll("_", " "), object: `this ${noun}` };
}
