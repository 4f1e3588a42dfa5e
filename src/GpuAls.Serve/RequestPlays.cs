using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace GpuAls.Serve;

/// <summary>A play of a listener who is not, or not with these plays, in the model.</summary>
internal sealed record RequestPlay
{
    /// <summary>Id of the item.</summary>
    [JsonConverter(typeof(IdConverter))]
    public string? Item { get; init; }

    /// <summary>How often, or the rating; 1 where it is not given.</summary>
    public double? Weight { get; init; }

    /// <summary>When, for a model with a half-life: ISO 8601, or an integer of seconds since 1970 or less.</summary>
    [JsonConverter(typeof(IdConverter))]
    public string? Time { get; init; }

    /// <summary>The kind of event, for a model that was trained with events.</summary>
    [JsonConverter(typeof(IdConverter))]
    public string? Event { get; init; }
}

/// <summary>
/// The plays of a request as <c>recommend --plays</c> has those of a file: rows of one user, weighed as in the
/// training, duplicates merged, items that the model does not have left out.
/// </summary>
/// <param name="Row">[1, items of the model].</param>
/// <param name="UnknownItems">Different items that the model does not have.</param>
internal sealed record RequestPlays(CsrMatrix Row, int UnknownItems)
{
    /// <summary>Reads them.</summary>
    /// <param name="plays">As the request has them, at least one.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="ServeFailure">Something is wrong with one of them.</exception>
    public static RequestPlays Of(IReadOnlyList<RequestPlay> plays, FactorModel model)
    {
        var rows = new Rows(model);
        for (var i = 0; i < plays.Count; i++) rows.Add(plays[i], i);
        return rows.ToRow();
    }

    /// <summary>The rows of a request, over the items that it names.</summary>
    private sealed class Rows(FactorModel model)
    {
        private readonly EventWeights? _events =
            model.Manifest?.Input.EventWeights is { } weights ? new EventWeights(weights) : null;

        private readonly Dictionary<int, int> _known = [];
        private readonly Dictionary<string, int> _unknown = new(StringComparer.Ordinal);

        /// <summary>The item of the model of each item of the request; -1 where it has none.</summary>
        private readonly List<int> _items = [];

        private readonly List<int> _rows = [];
        private readonly List<float> _weights = [];
        private readonly List<long> _times = [];
        private TimeKind? _timeKind;

        public void Add(RequestPlay? play, int position)
        {
            if (play?.Item is not { Length: > 0 } id)
                throw Bad(position, "has no item", "item, an id", "Say what was played.");
            var (weight, time) = ((float)Weight(play, position), Time(play, position));
            if (weight == 0 && model.Feedback == Feedback.Implicit) return; // as a row with weight 0 of a file
            _rows.Add(Number(id));
            _weights.Add(weight);
            _times.Add(time);
        }

        public RequestPlays ToRow()
        {
            if (_rows.Count == 0) return new RequestPlays(new CsrMatrix(model.Items.Count, [0, 0], [], []), 0);
            var worth = PlayWorth.Build(
                new IndexedInteractions
                {
                    Users = new IdIndex<int>([0]),
                    Items = new IdIndex<int>([.. Enumerable.Range(0, _items.Count)]),
                    UserIndices = new int[_rows.Count],
                    ItemIndices = [.. _rows],
                    Weights = [.. _weights],
                    Times = _timeKind is null ? null : [.. _times],
                    TimeKind = _timeKind ?? default,
                    Feedback = model.Feedback,
                    Statistics = new ReadStatistics
                    {
                        Files = 0,
                        Rows = _rows.Count,
                        ZeroWeightRows = 0,
                        BadRows = 0,
                    },
                },
                FoldIn.WorthOf(model.Options)).ByUser;
            var (indices, values) = (new List<int>(), new List<float>());
            for (var entry = 0; entry < worth.Indices.Length; entry++)
            {
                if (_items[worth.Indices[entry]] is not (>= 0 and var item)) continue;
                indices.Add(item);
                values.Add(worth.Values[entry]);
            }

            var (columns, plays) = (indices.ToArray(), values.ToArray());
            Array.Sort(columns, plays);
            return new RequestPlays(
                new CsrMatrix(model.Items.Count, [0, columns.Length], columns, plays), _unknown.Count);
        }

        private int Number(string id)
        {
            if (model.Items.TryFind(id, out var item)) return Number(_known, item, item);
            return Number(_unknown, id, -1);
        }

        private int Number<T>(Dictionary<T, int> numbers, T key, int item)
            where T : notnull
        {
            if (numbers.TryGetValue(key, out var number)) return number;
            _items.Add(item);
            return numbers[key] = _items.Count - 1;
        }

        private double Weight(RequestPlay play, int position)
        {
            if (play.Weight is null && model.Feedback == Feedback.Explicit)
                throw Bad(position, "has no weight", "a rating, as the model was trained with", "Give one.");
            var weight = play.Weight ?? 1;
            if (_events is not null && play.Event is null)
                throw Bad(position, "has no event", $"a kind of event: {_events}", "Give one.");
            if (_events is null && play.Event is not null)
                throw Bad(position, "has an event", "none: the model was trained without events", "Leave it out.");
            if (play.Event is { } kind)
                weight *= _events!.TryGet(Encoding.UTF8.GetBytes(kind), out var factor)
                    ? factor
                    : throw Bad(
                        position, $"has the event {Quoted.Of(kind)}", $"one that the model knows: {_events}",
                        "Leave the play out, or train with this kind of event.");
            return float.IsFinite((float)weight)
                ? weight
                : throw Bad(
                    position, string.Create(CultureInfo.InvariantCulture, $"has a weight of {weight}"),
                    "a finite number, as fp32 can hold it", "Divide it, or correct it.");
        }

        /// <summary>The time; 0 for a model without a half-life, which has no use for it.</summary>
        private long Time(RequestPlay play, int position)
        {
            if (model.Options.HalfLife is null) return 0;
            if (play.Time is not { } text)
                throw Bad(position, "has no time", "one: plays lose weight with their age (--half-life)", "Give one.");
            return TimeText.TryParse(Encoding.UTF8.GetBytes(text), out var time, out var kind)
                && kind == (_timeKind ??= kind)
                    ? time
                    : throw Bad(
                        position, $"has the time {Quoted.Of(text)}", $"{TimeText.Expected}, one kind in all plays",
                        "Correct it.");
        }

        private static ServeFailure Bad(int position, string found, string expected, string remedy) =>
            ServeFailure.BadRequest(
                string.Create(CultureInfo.InvariantCulture, $"plays[{position}] {found}"), expected, remedy);
    }
}
