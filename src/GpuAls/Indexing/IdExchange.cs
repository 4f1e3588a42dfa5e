namespace GpuAls;

/// <summary>
/// Ids that processes send to each other: each has a table of ids with their rows, sends every id to a process, and
/// gets a table of those that were sent to it, equal ids merged and their rows added. An answer about each of these
/// goes back the same way. Ids travel in rounds, so that no process holds many of them twice.
/// </summary>
internal sealed class IdExchange
{
    /// <summary>The bytes of ids that a process sends in a round, about.</summary>
    public const int UsualRoundBytes = 1 << 26;

    private const int BytesBesideId = 2 * sizeof(long); // its rows, its number, and its length

    private readonly IProcessGroup _group;
    private readonly IdTable _sent;
    private readonly List<Round> _rounds = [];

    private IdExchange(IProcessGroup group, IdTable sent) => (_group, _sent) = (group, sent);

    /// <summary>The ids that were sent to this process.</summary>
    public IdTable Received { get; } = new();

    /// <summary>[number bound of <see cref="Received"/> or more], the rows of each id in all processes.</summary>
    public long[] Rows { get; private set; } = [];

    /// <summary>Sends the ids of all processes.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="table">The ids that this one sends.</param>
    /// <param name="rows">From the number of an id in the table to its rows.</param>
    /// <param name="receiver">From the number of an id to the process it is sent to; called on several threads.</param>
    /// <param name="width">Bytes of each id; 0 where each has a length of its own.</param>
    /// <param name="roundBytes">Bytes of ids that a process sends at once, about.</param>
    public static IdExchange Run(
        IProcessGroup group, IdTable table, Func<int, long> rows, Func<int, int> receiver, int width, int roundBytes)
    {
        var exchange = new IdExchange(group, table);
        var numbers = table.Numbers();
        var receivers = new int[numbers.Length];
        ParallelRanges.ForEach(numbers.Length, (first, end) =>
        {
            for (var i = first; i < end; i++) receivers[i] = receiver(numbers[i]);
        });
        var ends = RoundEnds(table, numbers, roundBytes);
        var rounds = group.AllGather(ends.Count).Max();
        for (var (round, start) = (0, 0); round < rounds; round++)
        {
            var end = round < ends.Count ? ends[round] : start;
            exchange.Send(numbers.AsSpan(start..end), receivers.AsSpan(start..end), rows, width);
            start = end;
        }

        exchange.Received.Finish();
        return exchange;
    }

    /// <summary>Brings an answer about each id that was received to those that sent it.</summary>
    /// <param name="answers">[number bound of <see cref="Received"/>], by number.</param>
    /// <returns>[number bound of the table that was sent], by number there.</returns>
    public int[] Answer(int[] answers)
    {
        var gathered = new int[_sent.NumberBound];
        foreach (var round in _rounds)
        {
            var own = Array.ConvertAll(round.Received, number => answers[number]);
            var answered = _group.AllToAll<int>(own, round.ReceivedCounts, out _);
            for (var i = 0; i < answered.Length; i++) gathered[round.Sent[i]] = answered[i];
        }

        return gathered;
    }

    private static List<int> RoundEnds(IdTable table, int[] numbers, int roundBytes)
    {
        var (ends, bytes) = (new List<int>(), 0L);
        for (var i = 0; i < numbers.Length; i++)
        {
            bytes += table[numbers[i]].Length + BytesBesideId;
            if (bytes < roundBytes) continue;
            ends.Add(i + 1);
            bytes = 0;
        }

        if (bytes > 0) ends.Add(numbers.Length);
        return ends;
    }

    private void Send(ReadOnlySpan<int> numbers, ReadOnlySpan<int> receivers, Func<int, long> rows, int width)
    {
        var (counts, bytes) = (new long[_group.Size], new long[_group.Size]);
        foreach (var receiver in receivers) counts[receiver]++;
        var sent = new int[numbers.Length];
        var next = ProcessGroupExtensions.Starts(counts);
        for (var i = 0; i < numbers.Length; i++) sent[next[receivers[i]]++] = numbers[i];

        using var values = new IdValues(width);
        var (rowsOf, id) = (new long[sent.Length], 0);
        for (var receiver = 0; receiver < _group.Size; receiver++)
        {
            var before = values.AllBytes.Length;
            for (var last = id + counts[receiver]; id < last; id++)
            {
                values.Add(_sent[sent[id]]);
                rowsOf[id] = rows(sent[id]);
            }

            bytes[receiver] = values.AllBytes.Length - before;
        }

        var received = _group.AllToAll<long>(rowsOf, counts, out var receivedCounts);
        using var ids = new IdValues(width);
        ids.AddAll(_group.AllToAll(values.AllBytes, bytes, out _), received.Length);
        var receivedNumbers = Received.Add(ids);
        if (Rows.Length < Received.NumberBound)
        {
            var larger = new long[Math.Max(Received.NumberBound, Math.Min(Array.MaxLength, 2L * Rows.Length))];
            Rows.CopyTo(larger, 0);
            Rows = larger;
        }

        for (var i = 0; i < received.Length; i++) Rows[receivedNumbers[i]] += received[i];
        _rounds.Add(new Round(sent, receivedNumbers, receivedCounts));
    }

    /// <param name="Sent">Numbers of the ids that were sent, those for a process together.</param>
    /// <param name="Received">Numbers of the ids that came, those of a process together.</param>
    /// <param name="ReceivedCounts">[processes], how many came from each.</param>
    private sealed record Round(int[] Sent, int[] Received, long[] ReceivedCounts);
}
