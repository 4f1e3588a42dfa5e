namespace GpuAls;

/// <summary>
/// The k best items of each query: tiles of scores are compared with the worst kept so far while they are in registers, and only what is
/// above goes further. Lists of few queries are put together from those of splits of the items, in the exact order of score and index.
/// </summary>
internal static unsafe class HostTopK<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    public static void Select(in TopKQuery query, int threadCount, Span<int> indices, Span<float> scores)
    {
        var (queries, items) = ((HostFactors)query.Queries, ((HostFactors)query.Items).Packed(threadCount));
        var (start, k, seen) = (query.Rows.Start, query.K, ((HostPlays?)query.Seen)?.Matrix);
        var plan = TopKPlan.Of(query.Rows.Count, items.BlockCount, k, threadCount);
        fixed (int* indexPointer = indices)
        {
            fixed (float* scorePointer = scores)
            {
                var lists = new TopKLists(indexPointer, scorePointer, query.Rows.Count, k, plan.Splits);
                ParallelChunks.Run(
                    threadCount,
                    plan.Groups * plan.Splits,
                    () => new TopKScan<TSimd, TVector>(queries, items, seen, plan.GroupQueries, k),
                    (scan, piece) =>
                    {
                        var (group, split) = (plan.Group(piece / plan.Splits), piece % plan.Splits);
                        scan.Run(start + group.Start, group, plan.Split(split));
                        for (var place = 0; place < group.Count; place++) lists.Put(group.Start + place, split, scan.Best(place));
                    });
                lists.Join();
            }
        }
    }
}
