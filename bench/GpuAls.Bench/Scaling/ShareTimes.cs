namespace GpuAls.Bench.Scaling;

/// <summary>
/// How long each of some processes solves the rows it owns: on one thread, one process after the other.
/// </summary>
/// <param name="Users">[processes], seconds for the users, the least of some repetitions.</param>
/// <param name="Items">[processes], seconds for the items.</param>
/// <param name="CostImbalance">The largest share ÷ the mean, by the cost by which rows are shared out.</param>
internal sealed record ShareTimes(double[] Users, double[] Items, double CostImbalance)
{
    private const int Rehearsals = 3;

    /// <summary>The slowest process of each half ÷ the mean.</summary>
    public double Imbalance => (Users.Max() + Items.Max()) / (Users.Average() + Items.Average());

    /// <summary>Shares out the rows, and solves each share.</summary>
    public static ShareTimes Measure(
        InteractionMatrix plays, AlsOptions options, int processCount, int repetitions)
    {
        using var engine = new HostEngine(1);
        var cost = options.Plan.On(engine.Capabilities, SingleProcess.Instance).WorkOf;
        using var factors = TrainingFactors.First(engine, plays, options);
        Share[] shares =
        [
            .. Enumerable.Range(0, processCount)
                .Select(process => new Share(engine, plays, options, process, processCount, cost)),
        ];
        var (users, items) = (new double[processCount], new double[processCount]);
        Array.Fill(users, double.PositiveInfinity);
        Array.Fill(items, double.PositiveInfinity);
        // Turn by turn, so that what else the machine does meets all of them; the first turns are rehearsals.
        for (var turn = -Rehearsals; turn < repetitions; turn++)
        {
            for (var process = 0; process < processCount; process++)
            {
                var (ofUsers, ofItems) = shares[process].Solve(factors);
                if (turn < 0) continue;
                users[process] = Math.Min(users[process], ofUsers);
                items[process] = Math.Min(items[process], ofItems);
            }
        }

        foreach (var share in shares) share.Dispose();
        double Largest(CsrMatrix rows, RowShares of) => Enumerable.Range(0, processCount)
            .Max(process => Enumerable.Range(of.Start(process), of.Count(process))
                .Sum(row => cost(rows.RowLength(row))));
        double Total(CsrMatrix rows) => rows.RowLengths().Sum(cost);
        var largest = Largest(plays.ByUser, shares[0].Users) + Largest(plays.ByItem, shares[0].Items);
        return new ShareTimes(
            users, items, largest * processCount / (Total(plays.ByUser) + Total(plays.ByItem)));
    }

    /// <summary>The rows of one process.</summary>
    private sealed class Share : IDisposable
    {
        private readonly HostEngine _engine;
        private readonly AlsOptions _options;
        private readonly LoadedPlays _plays;

        public Share(
            HostEngine engine, InteractionMatrix plays, AlsOptions options, int process, int processCount,
            Func<int, double> cost)
        {
            var group = new Alone(process, processCount);
            (_engine, _options) = (engine, options);
            _plays = new LoadedPlays(engine, plays.ShareOf(group, cost), options, group);
        }

        public RowShares Users => _plays.ByUser.Chunks.Shares;

        public RowShares Items => _plays.ByItem.Chunks.Shares;

        public (double Users, double Items) Solve(TrainingFactors factors) => (
            Seconds(_plays.ByUser, factors.Users, factors.Items), Seconds(_plays.ByItem, factors.Items, factors.Users));

        public void Dispose() => _plays.Dispose();

        private double Seconds(LoadedSide side, IEngineFactors target, IEngineFactors others)
        {
            var gramian = new double[_options.Rank * _options.Rank];
            _engine.Gramian(others, RowRange.All(others), gramian);
            var regularization = RowRegularization.Compute(side.Plays, _options);
            // Of the CPU, not of the clock: others may use it too.
            var before = Environment.CpuUsage.TotalTime;
            for (var chunk = 0; chunk < side.Chunks.Count; chunk++)
                _engine.SolveRows(side.Problem(chunk, _options, target, others, gramian, regularization));
            return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }
    }

    /// <summary>A process whose peers are not there: it owns its rows, and cannot exchange anything.</summary>
    private sealed class Alone(int rank, int size) : IProcessGroup
    {
        public int Rank => rank;

        public int Size => size;

        public int LocalRank => rank;

        public string HostOf(int process) => throw Absent();

        public void AllGather<T>(Span<T> values, ReadOnlySpan<long> starts, ReadOnlySpan<long> counts)
            where T : unmanaged => throw Absent();

        public T[] AllToAll<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> counts, out long[] received)
            where T : unmanaged => throw Absent();

        public void Broadcast<T>(Span<T> values, int root)
            where T : unmanaged => throw Absent();

        private static InvalidOperationException Absent() => new("the other processes are not there.");
    }
}
