import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, post } from "@/api/client";
import { sentence } from "@/api/problem";
import type { Approval } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Select, Textarea } from "@/components/ui/input";
import { failed } from "@/components/ui/toast";
import { useRefresh } from "./use-decide";

/** A comment, or a file of the record, for those who decide. */
export function Say({ approval }: { approval: Approval }) {
  const [text, setText] = useState("");
  const refresh = useRefresh();
  const path = { id: approval.id };
  const comment = useMutation({
    mutationFn: () => post("/approvals/{id}/comments", { path, body: { text: text.trim() } }),
    onSuccess: () => setText(""),
    onError: (error) => failed("Your comment was not kept", sentence(error)),
    onSettled: refresh,
  });
  return (
    <form
      className="flex flex-col gap-2 px-4 py-3"
      onSubmit={(e) => {
        e.preventDefault();
        if (text.trim() !== "") comment.mutate();
      }}
    >
      <Textarea
        aria-label="Comment"
        rows={2}
        maxLength={5000}
        placeholder="Write a comment"
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" disabled={text.trim() === ""} busy={comment.isPending && "Saving"}>
          Comment
        </Button>
        <Attach approval={approval} />
      </div>
    </form>
  );
}

const KEY = {
  opportunity: "opportunity_id",
  lead: "lead_id",
  account: "account_id",
  contact: "contact_id",
} as const;

/** Files are brought to the record; here one of them is pointed at. */
function Attach({ approval }: { approval: Approval }) {
  const refresh = useRefresh();
  const { record_type: type, record_id: id } = approval.subject;
  const key = type in KEY ? KEY[type as keyof typeof KEY] : null;
  const files = useQuery({
    queryKey: ["files", "to-attach", type, id],
    queryFn: async () => (await get("/files", { query: { [key ?? "opportunity_id"]: id } })).items,
    enabled: key !== null,
  });
  const attach = useMutation({
    mutationFn: (file_id: string) =>
      post("/approvals/{id}/attachments", { path: { id: approval.id }, body: { file_id } }),
    onError: (error) => failed("The file was not attached", sentence(error)),
    onSettled: refresh,
  });
  if (!files.data || files.data.length === 0) return null;
  return (
    <Select
      aria-label="Attach a file of the record"
      className="w-56"
      value=""
      disabled={attach.isPending}
      onChange={(e) => e.target.value && attach.mutate(e.target.value)}
    >
      <option value="">Attach a file of the record</option>
      {files.data.map((f) => (
        <option key={f.id} value={f.id}>
          {f.name}
        </option>
      ))}
    </Select>
  );
}
