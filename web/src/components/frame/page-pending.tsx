import { Skeleton, SkeletonRows } from "@/components/ui/states";

export function PagePending() {
  return (
    <div className="flex flex-col">
      <div className="flex h-11 items-center gap-6 border-b border-line px-5">
        <Skeleton className="w-20" />
        <Skeleton className="w-28" />
        <Skeleton className="w-24" />
      </div>
      <SkeletonRows rows={12} />
    </div>
  );
}
