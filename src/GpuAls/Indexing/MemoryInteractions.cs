namespace GpuAls;

/// <summary>Indexes plays that are in memory, with the rules of plays that are read.</summary>
internal static class MemoryInteractions
{
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: there are no plays, an id is null or empty, or a weight is not a finite number.
    /// </exception>
    /// <exception cref="ArgumentException">Ids are not string, int, long, ulong or Guid.</exception>
    public static IndexedInteractions Index<TUser, TItem>(
        IEnumerable<(TUser User, TItem Item, float Weight)> plays, Feedback feedback)
        where TUser : notnull
        where TItem : notnull
    {
        var (users, items) = (new Ids<TUser>("user"), new Ids<TItem>("item"));
        var weights = new List<float>();
        var (rows, zeros) = (0L, 0L);
        foreach (var (user, item, weight) in plays)
        {
            if (!float.IsFinite(weight)) throw Bad(rows, $"has weight {weight}; expected a finite number");
            users.Check(user, rows);
            items.Check(item, rows);
            rows++;
            if (weight == 0 && feedback == Feedback.Implicit)
            {
                zeros++;
                continue;
            }

            users.Add(user);
            items.Add(item);
            weights.Add(weight);
        }

        if (weights.Count == 0)
            throw new GpuAlsException(
                FailureKind.BadInput, rows == 0
                    ? "there are no plays."
                    : $"all {Counted.Of(rows, "play")} have weight 0.");
        var (userIndex, userIndices) = users.Build();
        var (itemIndex, itemIndices) = items.Build();
        return new IndexedInteractions
        {
            Users = userIndex,
            Items = itemIndex,
            UserIndices = userIndices,
            ItemIndices = itemIndices,
            Weights = [.. weights],
            Feedback = feedback,
            Statistics = new ReadStatistics { Files = 0, Rows = rows, ZeroWeightRows = zeros, BadRows = 0 },
        };
    }

    private static GpuAlsException Bad(long row, string what) => new(FailureKind.BadInput, $"play {row} {what}.");

    /// <summary>The ids of one side, numbered as they come.</summary>
    private sealed class Ids<T>(string side)
        where T : notnull
    {
        private readonly Dictionary<T, int> _numbers = [];
        private readonly List<int> _counts = [];
        private readonly List<int> _rows = [];

        public void Check(T id, long row)
        {
            if (id is null or "") throw Bad(row, $"has {(id is null ? "no" : "an empty")} {side} id");
        }

        public void Add(T id)
        {
            if (_numbers.TryAdd(id, _counts.Count)) _counts.Add(0);
            var number = _numbers[id];
            _counts[number]++;
            _rows.Add(number);
        }

        /// <summary>The ids by descending number of rows, ties by id, and the index of each row.</summary>
        public (IdIndex<T> Index, int[] Rows) Build()
        {
            var ids = new IdIndex<T>([.. _numbers.OrderBy(pair => pair.Value).Select(pair => pair.Key)]);
            var (order, indices) = ids.ByRows([.. _counts]);
            return ((IdIndex<T>)ids.Select(order), [.. _rows.Select(number => indices[number])]);
        }
    }
}
