export const TABS = ["unread", "all", "snoozed", "preferences"] as const;
export type Tab = (typeof TABS)[number];

export const FILTERS = { unread: { unread: true }, all: {}, snoozed: { snoozed: true } };

export const readTab = (tab: string | undefined): Tab => TABS.find((t) => t === tab) ?? "unread";
