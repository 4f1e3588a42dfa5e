using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace GpuAls.Serve;

/// <summary>What was served so far, for the log and, in the text format of Prometheus, for <c>/metrics</c>.</summary>
internal sealed class ServeMetrics
{
    /// <summary>The type of the text, as scrapers ask for it.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Prefix = "gpuals_serve_";

    private static readonly double[] Seconds =
    [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ];

    private static readonly double[] Lists = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    private readonly ConcurrentDictionary<(string Endpoint, int Status), Counter> _answers = [];
    private readonly ConcurrentDictionary<string, Histogram> _times = [];
    private readonly Histogram _batches = new(Lists);
    private long _begun;
    private long _answered;
    private long _swaps = -1; // the first model is none
    private long _refused;
    private ServedModelFacts? _model;

    /// <summary>Requests answered.</summary>
    public long Requests => Interlocked.Read(ref _answered);

    /// <summary>Requests that are not answered yet.</summary>
    public long UnderWay => Interlocked.Read(ref _begun) - Interlocked.Read(ref _answered);

    /// <summary>New versions that replaced the one before.</summary>
    public long Swaps => Interlocked.Read(ref _swaps);

    /// <summary>A request came.</summary>
    public void Begun() => Interlocked.Increment(ref _begun);

    /// <summary>A request was answered.</summary>
    /// <param name="endpoint">Which one, never what the client wrote.</param>
    /// <param name="status">The status.</param>
    /// <param name="begun">Time stamp of its begin.</param>
    public void Answered(string endpoint, int status, long begun)
    {
        Interlocked.Increment(ref _answered);
        _answers.GetOrAdd((endpoint, status), _ => new Counter()).Increment();
        _times.GetOrAdd(endpoint, _ => new Histogram(Seconds)).Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    /// <summary>Lists were made together.</summary>
    public void Batch(int lists) => _batches.Add(lists);

    /// <summary>A model is served from now on.</summary>
    public void Served(ServedModel served)
    {
        Interlocked.Increment(ref _swaps);
        var model = served.Model;
        Volatile.Write(
            ref _model,
            new ServedModelFacts(served.Version, model.Users.Count, model.Items.Count, model.Rank, DateTime.UtcNow));
    }

    /// <summary>A new version could not be served.</summary>
    public void Refused() => Interlocked.Increment(ref _refused);

    /// <summary>The metrics as text.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        if (!_answers.IsEmpty) Head("requests_total", "counter", "Requests answered.");
        foreach (var ((endpoint, status), count) in _answers.OrderBy(pair => pair.Key))
            Sample("requests_total", count.Value, ("endpoint", endpoint), ("status", Number(status)));
        Single("requests_in_progress", "gauge", "Requests that are not answered yet.", UnderWay);
        if (!_times.IsEmpty) Head("request_duration_seconds", "histogram", "Time from a request to its answer.");
        foreach (var (endpoint, times) in _times.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Buckets("request_duration_seconds", times, ("endpoint", endpoint));
        Head("batch_lists", "histogram", "Lists that were made together.");
        Buckets("batch_lists", _batches);
        if (Volatile.Read(ref _model) is { } model)
        {
            Single("model_info", "gauge", "The model that is served.", 1, ("version", model.Version));
            Single(
                "model_served_timestamp_seconds", "gauge", "Since when it is served, in Unix time.",
                (model.Since - DateTime.UnixEpoch).TotalSeconds);
            Single("model_users", "gauge", "Users of the model.", model.Users);
            Single("model_items", "gauge", "Items of the model.", model.Items);
            Single("model_rank", "gauge", "Length of a factor vector.", model.Rank);
        }

        Single("model_swaps_total", "counter", "New versions of the model that were put in place.", Swaps);
        Single(
            "model_refusals_total", "counter", "Times that a new version of the model could not be served.",
            Interlocked.Read(ref _refused));
        return text.ToString();

        void Head(string name, string type, string help) =>
            text.Append($"# HELP {Prefix}{name} {help}\n# TYPE {Prefix}{name} {type}\n");

        void Single(string name, string type, string help, double value, params (string, string)[] labels)
        {
            Head(name, type, help);
            Sample(name, value, labels);
        }

        void Sample(string name, double value, params (string Name, string Value)[] labels)
        {
            text.Append(Prefix).Append(name);
            if (labels.Length > 0)
                text.Append('{').AppendJoin(',', labels.Select(label => $"{label.Name}=\"{Escaped(label.Value)}\""))
                    .Append('}');
            text.Append(' ').Append(Number(value)).Append('\n');
        }

        void Buckets(string name, Histogram histogram, params (string Name, string Value)[] labels)
        {
            var (counts, sum) = histogram.Read();
            for (var i = 0; i < counts.Length; i++)
                Sample(
                    $"{name}_bucket", counts[i],
                    [.. labels, ("le", i < histogram.Bounds.Length ? Number(histogram.Bounds[i]) : "+Inf")]);
            Sample($"{name}_sum", sum, labels);
            Sample($"{name}_count", counts[^1], labels);
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed record ServedModelFacts(string Version, int Users, int Items, int Rank, DateTime Since);

    private sealed class Counter
    {
        private long _value;

        public long Value => Interlocked.Read(ref _value);

        public void Increment() => Interlocked.Increment(ref _value);
    }

    /// <summary>How many values were up to each of some bounds.</summary>
    private sealed class Histogram(double[] bounds)
    {
        private readonly long[] _counts = new long[bounds.Length + 1];
        private double _sum;

        public double[] Bounds => bounds;

        public void Add(double value)
        {
            var bucket = 0;
            while (bucket < bounds.Length && value > bounds[bucket]) bucket++;
            Interlocked.Increment(ref _counts[bucket]);
            for (double sum = Volatile.Read(ref _sum), seen; ; sum = seen)
            {
                seen = Interlocked.CompareExchange(ref _sum, sum + value, sum);
                if (seen.Equals(sum)) return;
            }
        }

        /// <summary>[bounds + 1], values up to each bound, and all values; and their sum.</summary>
        public (long[] Counts, double Sum) Read()
        {
            var counts = new long[_counts.Length];
            for (var i = 0; i < counts.Length; i++)
                counts[i] = Interlocked.Read(ref _counts[i]) + (i > 0 ? counts[i - 1] : 0);
            return (counts, Volatile.Read(ref _sum));
        }
    }
}
