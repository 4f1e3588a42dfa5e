using System.Globalization;
using System.Text;

namespace GpuAls;

/// <summary>The kinds of events of a column chunk, which are strings or integers like ids.</summary>
internal static class ParquetEvents
{
    public const string Expected = "events are strings or integers";

    /// <summary>For the events of a column; null if its type is not one of events.</summary>
    public static ParquetValues? For(ParquetField field) =>
        ParquetIdValues.For(field) is { Type: not IdType.Uuid } values ? values : null;

    /// <summary>[values], the weight of each kind; null where it has none.</summary>
    public static double?[] Weights(ParquetColumnData column, EventWeights weights)
    {
        var kinds = (ParquetIdValues)column.Values;
        var found = new double?[kinds.Count];
        for (var index = 0; index < found.Length; index++)
        {
            var isKnown = kinds.Type == IdType.Text
                ? weights.TryGet(kinds.Ids[index], out var weight)
                : weights.TryGet(IdValues.ReadInteger(kinds.Ids[index]), out weight);
            if (isKnown) found[index] = weight;
        }

        return found;
    }

    /// <summary>A kind, for messages.</summary>
    public static string Text(ParquetIdValues kinds, int index) => kinds.Type == IdType.Text
        ? Encoding.UTF8.GetString(kinds.Ids[index])
        : IdValues.ReadInteger(kinds.Ids[index]).ToString(CultureInfo.InvariantCulture);
}
