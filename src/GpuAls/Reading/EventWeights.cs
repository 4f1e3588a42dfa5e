using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>What a row is worth by its kind of event, such as <c>play=1,like=5,skip=-2</c>.</summary>
public sealed class EventWeights
{
    /// <summary>Stands for every kind that has no weight of its own.</summary>
    public const string AllOthers = "*";

    private readonly (byte[] Kind, double Weight)[] _kinds;
    private readonly double? _others;

    /// <param name="weights">
    /// The weight of each kind, finite; <see cref="AllOthers"/> gives kinds that are not listed one too, and without it
    /// their rows are bad.
    /// </param>
    /// <exception cref="GpuAlsException">
    /// Kind Usage: there is none, a kind is empty or a weight is not finite.
    /// </exception>
    public EventWeights(IReadOnlyDictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Require.Usage(
            weights.Count > 0 && weights.All(pair => pair.Key.Length > 0 && float.IsFinite((float)pair.Value)),
            "event weights are empty, or have a kind without a name or a weight that is not finite.");
        Weights = weights;
        _others = weights.TryGetValue(AllOthers, out var others) ? others : null;
        _kinds = [.. weights.Where(pair => pair.Key != AllOthers)
            .Select(pair => (Encoding.UTF8.GetBytes(pair.Key), pair.Value))];
    }

    /// <summary>The weight of each kind.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; }

    /// <inheritdoc/>
    public override string ToString() => string.Join(
        ',', Weights.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")));

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: the text has another form.</exception>
    internal static EventWeights Parse(string text, string option)
    {
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var equals = part.LastIndexOf('=');
            if (equals < 1
                || !double.TryParse(
                    part.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
                || !float.IsFinite((float)weight))
                throw new GpuAlsException(
                    FailureKind.Usage,
                    $"{option} is '{text}'; expected kinds of events with their weights, such as "
                        + "play=1,like=5,skip=-2.");
            Require.Usage(
                weights.TryAdd(part[..equals], weight), $"{option} names the event '{part[..equals]}' twice.");
        }

        return new EventWeights(weights);
    }

    /// <summary>The weight of a kind.</summary>
    /// <param name="kind">Its name in UTF-8.</param>
    /// <param name="weight">Its weight.</param>
    /// <returns>False where it has none.</returns>
    internal bool TryGet(ReadOnlySpan<byte> kind, out double weight)
    {
        foreach (var (name, value) in _kinds)
        {
            if (!kind.SequenceEqual(name)) continue;
            weight = value;
            return true;
        }

        weight = _others ?? 0;
        return _others is not null && !kind.IsEmpty;
    }

    /// <summary>The weight of a kind that is a number.</summary>
    internal bool TryGet(long kind, out double weight)
    {
        const int MostDigits = 20; // its sign included
        Span<byte> digits = stackalloc byte[MostDigits];
        Utf8Formatter.TryFormat(kind, digits, out var length);
        return TryGet(digits[..length], out weight);
    }

    /// <summary>What is wrong with a kind that has no weight, to follow the name of its column.</summary>
    internal string Problem(string kind) => kind.Length == 0
        ? "is empty"
        : $"is {Quoted.Of(kind)}; --event-weights has {this}. Add it, or {AllOthers}=0 to ignore all other events";
}
