/** The paths of /api/v1, and what each takes and answers with: all read off the generated schema. */
import type { FetchOptions } from "openapi-fetch";
import type { paths } from "./schema.gen";

export const BASE = "/api/v1";

type Paths = { [P in keyof paths as P extends `${typeof BASE}${infer Rest}` ? Rest : never]: paths[P] };
export type Method = "get" | "post" | "put" | "patch" | "delete";
export type PathWith<M extends Method> = {
  [P in keyof Paths]: Paths[P] extends Record<M, object> ? P : never;
}[keyof Paths];
type Operation<P extends keyof Paths, M extends Method> =
  Paths[P] extends Record<M, infer O extends object> ? O : never;

export type QueryValue = string | number | boolean | string[] | null | undefined;
/** Every filter takes a list too, and an operator behind its name: `amount.gte`, which a schema can't list. */
type Query<O> = O extends { parameters: { query?: infer Q } }
  ? { query?: { [K in keyof Q]?: QueryValue } & { [K in `${string}.${string}`]?: QueryValue } }
  : unknown;
type InPath<O> = O extends { parameters: { path: infer P extends object } } ? { path: P } : unknown;
/** A file goes as a form. */
type Body<O> = O extends { requestBody: { content: { "multipart/form-data": unknown } } }
  ? { body: FormData }
  : Pick<FetchOptions<O>, "body">;

type Init<P extends keyof Paths, M extends Method> = InPath<Operation<P, M>> &
  Query<Operation<P, M>> &
  Body<Operation<P, M>> & {
    /** The version that the change was made against. */
    ifMatch?: number;
    signal?: AbortSignal;
    headers?: Record<string, string>;
  };
/** `init` may be left out where nothing in it is needed. */
export type Args<P extends keyof Paths, M extends Method> =
  object extends Init<P, M> ? [init?: Init<P, M>] : [init: Init<P, M>];

type Ok = 200 | 201 | 202 | 204;
type Json<R> = R extends { content: { "application/json": infer T } } ? T : undefined;
export type Answered<P extends keyof Paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? { [S in keyof R & Ok]: Json<R[S]> }[keyof R & Ok] : never;
