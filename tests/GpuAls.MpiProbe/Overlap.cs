using System.Diagnostics;
using System.Globalization;

namespace GpuAls.MpiProbe;

/// <summary>
/// What it gains to send rows while others are solved, over the link between the processes: two trainings of the same
/// plays in turn, one that sends all rows of a side at once and one that sends them in chunks. The figures of
/// bench/Results/mpi.md.
/// </summary>
internal static class Overlap
{
    private const int Users = 60_000;
    private const int Items = 40_000;
    private const int PlaysOfUser = 40;
    private const int Rounds = 9;

    /// <summary>Measures, and writes what process 0 sees.</summary>
    /// <param name="group">The processes.</param>
    /// <param name="solving">
    /// Seconds that a process takes to solve the rows of both sides, asleep, as with a GPU; null solves them with one
    /// thread of the CPU.
    /// </param>
    public static void Measure(IProcessGroup group, double? solving)
    {
        var options = AlsOptions.Default with { Rank = 64, Acceleration = Acceleration.None };
        using var host = new HostEngine(1);
        using IAlsEngine engine = solving is { } seconds
            ? new SleepingEngine(host, seconds * group.Size / (2.0 * Users * PlaysOfUser)) : host;
        var plays = Plays().ShareOf(group, length => length);
        using var atOnce = new Run(engine, plays, options, group, smallestChunk: int.MaxValue);
        using var inChunks = new Run(engine, plays, options, group, SharedChunks.UsualSmallest);
        for (var round = 0; round <= Rounds; round++)
        {
            // The first is a rehearsal.
            atOnce.Iterate(round > 0);
            inChunks.Iterate(round > 0);
        }

        var rows = ((long)Users + Items) * options.Rank * sizeof(float);
        var lines = $"{rows / 1e6:F1} MB of factors; {atOnce.Text()}; {inChunks.Text()}; "
            + string.Create(CultureInfo.InvariantCulture, $"ratio {inChunks.Median / atOnce.Median:F2}\n");
        if (group.Rank == 0) Console.Write(lines);
    }

    /// <summary>The plays of a user are the same number of items from one to the next.</summary>
    private static InteractionMatrix Plays()
    {
        const int Step = Items / PlaysOfUser;
        var indptr = new long[Users + 1];
        var indices = new int[Users * PlaysOfUser];
        for (var user = 0; user < Users; user++)
        {
            indptr[user + 1] = indptr[user] + PlaysOfUser;
            for (var play = 0; play < PlaysOfUser; play++)
                indices[(user * PlaysOfUser) + play] = (user * 7 % Step) + (play * Step);
        }

        var values = new float[indices.Length];
        Array.Fill(values, 1);
        return new InteractionMatrix(Ids(Users), Ids(Items), new CsrMatrix(Items, indptr, indices, values));

        static IdIndex<int> Ids(int count) => new([.. Enumerable.Range(0, count)]);
    }

    private sealed class Run : IDisposable
    {
        private readonly MeteredProcessGroup _group;
        private readonly LoadedPlays _plays;
        private readonly TrainingFactors _factors;
        private readonly AlsTraining _training;
        private readonly List<(double All, double Waiting)> _seconds = [];

        public Run(
            IAlsEngine engine, InteractionMatrix plays, AlsOptions options, IProcessGroup group, int smallestChunk)
        {
            _group = new MeteredProcessGroup(group);
            _plays = new LoadedPlays(engine, plays, options, _group, smallestChunk);
            _factors = TrainingFactors.First(engine, plays, options);
            _training = new AlsTraining(engine, _plays, _factors, options);
        }

        /// <summary>Seconds of an iteration.</summary>
        public double Median => MedianOf(_seconds.Select(one => one.All));

        public void Iterate(bool counts)
        {
            _group.Meet();
            var (start, before) = (Stopwatch.GetTimestamp(), _group.Traffic.Seconds);
            _training.Iterate();
            if (counts)
                _seconds.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, _group.Traffic.Seconds - before));
        }

        public string Text()
        {
            var chunks = _plays.ByUser.Chunks.Count;
            var waiting = MedianOf(_seconds.Select(one => one.Waiting));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{Counted.Of(chunks, "chunk")}: {Median:F3} s an iteration, {waiting:F3} s of them waiting");
        }

        public void Dispose()
        {
            _factors.Dispose();
            _plays.Dispose();
        }

        private static double MedianOf(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
    }

    /// <summary>A device that solves rows while the CPU is free; it leaves them as they are.</summary>
    private sealed class SleepingEngine(HostEngine host, double secondsOfPlay) : IAlsEngine
    {
        public EngineDescription Description => host.Description;

        public EngineCapabilities Capabilities => host.Capabilities;

        public IEngineFactors CreateFactors(int rowCount, int rank) => host.CreateFactors(rowCount, rank);

        public IEnginePlays LoadPlays(CsrMatrix plays) => host.LoadPlays(plays);

        public void Reweigh(IEnginePlays plays, CsrMatrix values) => host.Reweigh(plays, values);

        public void Gramian(IEngineFactors factors, RowRange rows, int blockRows, Span<double> sums) =>
            host.Gramian(factors, rows, blockRows, sums);

        public RowSolveReport SolveRows(in RowSolveProblem problem)
        {
            Thread.Sleep(TimeSpan.FromSeconds(((HostPlays)problem.Plays).Matrix.EntryCount * secondsOfPlay));
            return RowSolveReport.Nothing;
        }

        public double PlaysLoss(
            IEnginePlays plays, IEngineFactors rowFactors, RowRange rows, IEngineFactors columnFactors,
            in ConfidenceWeights weights) =>
            host.PlaysLoss(plays, rowFactors, rows, columnFactors, weights);

        public double WeightedSquaredNorm(IEngineFactors factors, RowRange rows, ReadOnlySpan<float> rowWeights) =>
            host.WeightedSquaredNorm(factors, rows, rowWeights);

        public void Combine(IEngineFactors target, float a, IEngineFactors x, float b, IEngineFactors y) =>
            host.Combine(target, a, x, b, y);

        public void TopK(in TopKQuery query, Span<int> indices, Span<float> scores) =>
            host.TopK(query, indices, scores);

        public void Dispose()
        {
            // The host is disposed of by its owner.
        }
    }
}
