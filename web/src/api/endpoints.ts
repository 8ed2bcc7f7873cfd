/** What each endpoint answers with: path → method → body of the answer. */
import type * as T from "./types";

export interface Endpoints {
  "/setup": { get: T.Setup; post: undefined };
  "/session": { post: undefined; delete: undefined };
  "/me": { get: T.Me };
  "/sessions": { get: T.List<T.Session> };
  "/sessions/{id}": { delete: undefined };
  "/users": { get: T.List<T.User> };
  "/teams": { get: T.List<T.Team> };
  "/roles": { get: T.List<T.Role> };
  "/pipelines": { get: T.List<T.Pipeline> };
  "/options": { get: T.List<T.Option> };
  "/products": { get: T.Page<T.Product> };
  "/accounts": { get: T.Page<T.Account>; post: T.Account };
  "/accounts/{id}": { get: T.Account; patch: T.Account; delete: undefined };
  "/accounts/{id}/restore": { post: T.Account };
  "/accounts/{id}/timeline": { get: T.Page<T.TimelineEvent> };
  "/contacts": { get: T.Page<T.Contact>; post: T.Contact };
  "/contacts/{id}": { get: T.Contact; patch: T.Contact; delete: undefined };
  "/contacts/{id}/restore": { post: T.Contact };
  "/contacts/{id}/timeline": { get: T.Page<T.TimelineEvent> };
  "/opportunities": { get: T.OpportunityPage; post: T.Opportunity };
  "/opportunities/board": { get: T.Board };
  "/opportunities/{id}": { get: T.Opportunity; patch: T.Opportunity; delete: undefined };
  "/opportunities/{id}/restore": { post: T.Opportunity };
  "/opportunities/{id}/move": { post: { opportunity: T.Opportunity; event_id: string } };
  "/opportunities/{id}/transitions": { get: T.List<T.Transition> };
  "/opportunities/{id}/lines": { post: T.Opportunity };
  "/opportunities/{id}/lines/{line_id}": { patch: T.Opportunity; delete: T.Opportunity };
  "/opportunities/{id}/timeline": { get: T.Page<T.TimelineEvent> };
  "/undo": { post: T.UndoResult };
  "/tasks": { get: T.Page<T.Task>; post: T.Task };
  "/tasks/{id}": { patch: T.Task; delete: undefined };
  "/activities": { post: unknown };
  "/search": { get: T.List<T.SearchHit> };
  "/imports": { get: T.Page<T.Import>; post: T.Import };
  "/imports/fields": { get: T.List<T.ImportField> };
  "/imports/{id}": { get: T.Import; patch: T.Import; delete: undefined };
  "/imports/{id}/check": { post: T.Import };
  "/imports/{id}/rows": { get: T.Page<T.ImportRow> };
  "/imports/{id}/start": { post: T.Import };
  "/imports/{id}/rollback": { post: T.Import };
  "/ai/status": { get: T.AiStatus };
  "/agent-runs": { get: T.Page<T.Run>; post: T.Run };
  "/agent-runs/{id}": { get: T.Run };
  "/agent-runs/{id}/cancellation": { post: unknown };
  "/agent-runs/{id}/feedback": { post: undefined };
  "/conversations": { get: T.Page<T.Conversation> };
  "/conversations/{id}": { get: T.Conversation };
  "/proposals": { get: T.Page<T.Proposal> };
  "/proposals/{id}": { get: T.Proposal };
  "/proposals/{id}/approval": { post: T.Proposal };
  "/proposals/{id}/rejection": { post: T.Proposal };
}

export type Method = "get" | "post" | "patch" | "delete";
export type PathWith<M extends Method> = {
  [P in keyof Endpoints]: Endpoints[P] extends Record<M, unknown> ? P : never;
}[keyof Endpoints];
export type Answered<P extends keyof Endpoints, M extends Method> = M extends keyof Endpoints[P]
  ? Endpoints[P][M]
  : never;
