/** The markup that shows a form on another site. */
export const address = (key: string, base = window.location.origin): string => `${base}/f/${key}`;

const quoted = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

export const snippet = (form: { key: string; title: string }, base?: string): string =>
  `<iframe src="${address(form.key, base)}" title="${quoted(form.title)}" width="100%" height="640" style="border:0" loading="lazy"></iframe>`;
