using System.Globalization;

namespace GpuAls.Bench.Tuning;

/// <summary>
/// Trials as lines of CSV, so that a measurement goes on where it was stopped, and random trials serve again when
/// --search bayes has changed.
/// </summary>
internal sealed class TrialFile : IDisposable
{
    private const string Header = "set,seed,search,trial,value,seconds,iterations,options";

    private readonly string _set;
    private readonly StreamWriter? _writer;
    private readonly Dictionary<string, TrialResult> _known = [];

    /// <param name="file">The file; null for none.</param>
    /// <param name="set">The set whose trials are read and written.</param>
    public TrialFile(string? file, string set)
    {
        _set = set;
        if (file is null) return;
        if (File.Exists(file))
        {
            foreach (var cells in File.ReadLines(file).Skip(1).Select(line => line.Split(',')))
                if (cells.Length == 8) _known[Key(cells[0], cells[1], cells[2], cells[3], cells[7])] = Parse(cells);
        }

        var isNew = !File.Exists(file);
        _writer = new StreamWriter(file, append: true) { AutoFlush = true };
        if (isNew) _writer.WriteLine(Header);
    }

    /// <summary>The trials of a search.</summary>
    /// <param name="seed">Its seed.</param>
    /// <param name="kind">How it searches.</param>
    /// <param name="options">The options of a trial.</param>
    public ITrialLog Of(long seed, SearchKind kind, Func<int, AlsOptions> options) =>
        new Log(this, $"{seed}", Words.Of(kind), options);

    public void Dispose() => _writer?.Dispose();

    private static string Key(params string[] cells) => string.Join(',', cells);

    private static TrialResult Parse(string[] cells)
    {
        double[] values = [.. cells[6].Split(' ').Select(Number)];
        return new TrialResult
        {
            Trial = int.Parse(cells[3], CultureInfo.InvariantCulture),
            Rung = 1,
            Iterations = [.. values.Select((value, i) => new TrialIteration(i + 1, value, null, 0))],
            BestIteration = Array.IndexOf(values, values.Max()) + 1,
            Metrics = [new MetricValue(MetricChoice.Parse(Contest.Metric).Metric, Number(cells[4]), null, null)],
            Seconds = Number(cells[5]),
            Tried = cells[7],
        };
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private sealed class Log(TrialFile file, string seed, string kind, Func<int, AlsOptions> options) : ITrialLog
    {
        public IEnumerable<TrialResult> All => []; // each was proposed when all before it were known

        public TrialResult? Find(int trial, int rung) => file._known.GetValueOrDefault(
            Key(file._set, seed, kind, $"{trial}", AlsParameters.SearchedText(options(trial))));

        public void Add(TrialResult result)
        {
            var value = result.Measured(MetricChoice.Parse(Contest.Metric).Metric)?.Value ?? 0;
            file._writer?.WriteLine(
                ResultTable.Text($"{file._set},{seed},{kind},{result.Trial},{value},{result.Seconds},")
                + $"{string.Join(' ', result.Iterations.Select(one => ResultTable.Text(one.Value ?? 0, "F5")))},"
                + AlsParameters.SearchedText(options(result.Trial)));
        }
    }
}
