/** The last so many days of figures. Apart from the page, which the route's own part must not wait for. */
export const DAYS = [7, 30, 90, 365] as const;
