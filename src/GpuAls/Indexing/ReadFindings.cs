using System.Text;

namespace GpuAls;

/// <summary>What was found in batches, one after the other; those of several processes are put together.</summary>
internal sealed class ReadFindings
{
    private const int ShownBadRows = 5;

    private readonly List<string> _firstBadRows = [];
    private readonly OrderedDictionary<BatchKinds, string> _kinds = [];

    /// <summary>The rows that were read.</summary>
    public long Rows { get; private set; }

    /// <summary>Those that are kept.</summary>
    public long KeptRows { get; private set; }

    /// <summary>Rows left out because their weight is 0.</summary>
    public long ZeroWeightRows { get; private set; }

    /// <summary>Rows left out because of their time.</summary>
    public long RowsOutsidePeriod { get; private set; }

    /// <summary>Rows that cannot be used.</summary>
    public long BadRows { get; private set; }

    /// <summary>What is wrong with the first of these.</summary>
    public IReadOnlyList<string> FirstBadRows => _firstBadRows;

    /// <summary>The different kinds of batches, each with what its first one is from, in their order.</summary>
    public IEnumerable<(BatchKinds Kinds, string Origin)> Kinds => _kinds.Select(pair => (pair.Key, pair.Value));

    /// <summary>Adds what is found in a batch.</summary>
    /// <returns>Its kinds, if no batch before had these.</returns>
    public BatchKinds? Add(InteractionBatch batch)
    {
        var verdicts = batch.Verdicts;
        Rows += batch.RowsRead;
        KeptRows += batch.Users.Indices.Length;
        ZeroWeightRows += verdicts.ZeroWeightRows;
        RowsOutsidePeriod += verdicts.RowsOutsidePeriod;
        BadRows += verdicts.BadRows;
        _firstBadRows.AddRange(verdicts.FirstBadRows.Take(ShownBadRows - _firstBadRows.Count));
        var kinds = new BatchKinds(
            batch.Users.Kind, batch.Items.Kind, batch.Times is { Length: > 0 } ? batch.TimeKind : null);
        return _kinds.TryAdd(kinds, batch.Origin) ? kinds : null;
    }

    /// <summary>What all processes have found, in the order of their batches.</summary>
    public ReadFindings OfAll(IProcessGroup group)
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true)) Write(writer);
        var bytes = group.AllGather<byte>(memory.ToArray(), out _);
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var all = new ReadFindings();
        for (var process = 0; process < group.Size; process++) all.Append(reader);
        return all;
    }

    private void Write(BinaryWriter writer)
    {
        foreach (var count in new[] { Rows, KeptRows, ZeroWeightRows, RowsOutsidePeriod, BadRows }) writer.Write(count);
        writer.Write(_firstBadRows.Count);
        _firstBadRows.ForEach(writer.Write);
        writer.Write(_kinds.Count);
        foreach (var (kinds, origin) in _kinds)
        {
            foreach (var ids in new[] { kinds.Users, kinds.Items })
            {
                writer.Write((int)ids.Type);
                writer.Write(ids.MayBeIntegers);
                writer.Write(ids.HasNegative);
            }

            writer.Write(kinds.Times is not null);
            writer.Write((int)(kinds.Times ?? default));
            writer.Write(origin);
        }
    }

    private void Append(BinaryReader reader)
    {
        Rows += reader.ReadInt64();
        KeptRows += reader.ReadInt64();
        ZeroWeightRows += reader.ReadInt64();
        RowsOutsidePeriod += reader.ReadInt64();
        BadRows += reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
            if (reader.ReadString() is var row && _firstBadRows.Count < ShownBadRows) _firstBadRows.Add(row);
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (users, items) = (ReadIds(reader), ReadIds(reader));
            var (hasTimes, kind) = (reader.ReadBoolean(), (TimeKind)reader.ReadInt32());
            _kinds.TryAdd(new BatchKinds(users, items, hasTimes ? kind : null), reader.ReadString());
        }
    }

    private static IdKind ReadIds(BinaryReader reader) =>
        new((IdType)reader.ReadInt32(), reader.ReadBoolean(), reader.ReadBoolean());
}

/// <summary>What the columns of a batch are.</summary>
/// <param name="Users">The ids of users.</param>
/// <param name="Items">The ids of items.</param>
/// <param name="Times">The times; null where there are none.</param>
internal readonly record struct BatchKinds(IdKind Users, IdKind Items, TimeKind? Times);
