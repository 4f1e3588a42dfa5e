using System.Globalization;

namespace GpuAls;

/// <summary>Ids with more ids after them.</summary>
internal static class GrownIds
{
    /// <param name="ids">The ids.</param>
    /// <param name="added">Other ids, all different, as <see cref="IdIndex.Format"/> gives them.</param>
    /// <param name="noun">What they are of, for messages.</param>
    /// <param name="source">What has the added ones, for messages.</param>
    /// <returns>All of them; 32-bit integers become 64-bit integers where an added one needs it.</returns>
    /// <exception cref="GpuAlsException">Kind BadInput: an id has another type.</exception>
    public static IdIndex Of(
        IdIndex ids, IReadOnlyList<string> added, string noun, string source = "the plays have")
    {
        if (added.Count == 0) return ids;
        return ids switch
        {
            IdIndex<string> texts => new IdIndex<string>([.. texts.Ids.Span, .. added]),
            IdIndex<Guid> uuids => Parsed(uuids.Ids.Span, added, out var other) ?? throw OtherType(other),
            IdIndex<int> narrow => (IdIndex?)Parsed(narrow.Ids.Span, added, out _)
                ?? Parsed(Array.ConvertAll(narrow.Ids.ToArray(), id => (long)id), added, out var other)
                ?? throw OtherType(other),
            IdIndex<long> wide => Parsed(wide.Ids.Span, added, out var other) ?? throw OtherType(other),
            IdIndex<ulong> unsigned => Parsed(unsigned.Ids.Span, added, out var other) ?? throw OtherType(other),
            _ => throw new InvalidOperationException($"ids of {ids.Type} cannot be added to."),
        };

        GpuAlsException OtherType(string? id) => new(
            FailureKind.BadInput,
            $"the {noun} ids of the model have type {Words.Of(ids.Type)}, and {source} the new {noun} "
            + $"{Quoted.Of(id!)}, which is not of that type. Correct it, or train again with all plays.");
    }

    /// <returns>Null where a text is not what an id of the type is written as.</returns>
    private static IdIndex<T>? Parsed<T>(ReadOnlySpan<T> ids, IReadOnlyList<string> added, out string? other)
        where T : struct, ISpanParsable<T>, IFormattable
    {
        var all = new T[ids.Length + added.Count];
        ids.CopyTo(all);
        for (var index = 0; index < added.Count; index++)
        {
            other = added[index];
            if (!T.TryParse(other, CultureInfo.InvariantCulture, out var id)
                || id.ToString(null, CultureInfo.InvariantCulture) != other) return null;
            all[ids.Length + index] = id;
        }

        other = null;
        return new IdIndex<T>(all);
    }
}
