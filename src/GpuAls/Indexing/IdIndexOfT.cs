using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GpuAls;

/// <summary>Ids of a type.</summary>
/// <typeparam name="T">string, int, long, ulong or Guid.</typeparam>
public sealed class IdIndex<T> : IdIndex
    where T : notnull
{
    private readonly Lazy<T[]> _ids;
    private readonly Lazy<Dictionary<string, int>> _byText;

    /// <param name="ids">The id at each index; all are distinct.</param>
    /// <exception cref="ArgumentException">Ids can't have type T.</exception>
    public IdIndex(T[] ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        (_ids, Count, Type) = (new Lazy<T[]>(ids), ids.Length, IdTypes.Of<T>());
        _byText = new Lazy<Dictionary<string, int>>(IndexByText);
    }

    /// <summary>Ids that are made lazily, because training doesn't need them.</summary>
    /// <param name="count">Number of ids.</param>
    /// <param name="make">The id at an index, all different; called on several threads.</param>
    internal IdIndex(int count, Func<int, T> make)
    {
        (_ids, Count, Type) = (new Lazy<T[]>(() => Make(count, make)), count, IdTypes.Of<T>());
        _byText = new Lazy<Dictionary<string, int>>(IndexByText);
    }

    /// <inheritdoc/>
    public override IdType Type { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary>The id at each index.</summary>
    public ReadOnlyMemory<T> Ids => _ids.Value;

    /// <inheritdoc/>
    public override string Format(int index) =>
        _ids.Value[index] is IFormattable formattable
            ? formattable.ToString(null, CultureInfo.InvariantCulture)
            : _ids.Value[index].ToString()!;

    /// <inheritdoc/>
    public override bool TryFind(string id, out int index)
    {
        if (_byText.Value.TryGetValue(Canonical(id), out index)) return true;
        index = -1;
        return false;
    }

    internal override void AddTo(IncrementalHash hash)
    {
        switch (_ids.Value)
        {
            case int[] ids: hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan())); break;
            case long[] ids: hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan())); break;
            case ulong[] ids: hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan())); break;
            case Guid[] ids: hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan())); break;
            case string[] ids: TextHash.Add(ids, hash); break;
            default: throw new InvalidOperationException($"ids of {typeof(T).Name} have no hash.");
        }
    }

    internal override IdIndex Select(int[] indices) =>
        new IdIndex<T>(indices.Length, position => _ids.Value[indices[position]]);

    internal override int CompareIds(int left, int right) =>
        (_ids.Value[left], _ids.Value[right]) is (string one, string other)
            ? CodePoints.Compare(one, other)
            : Comparer<T>.Default.Compare(_ids.Value[left], _ids.Value[right]);

    private static T[] Make(int count, Func<int, T> make)
    {
        var ids = new T[count];
        Parallel.ForEach(Partitioner.Create(0, count), range =>
        {
            for (var index = range.Item1; index < range.Item2; index++) ids[index] = make(index);
        });
        return ids;
    }

    /// <summary>UUIDs are written in more than one way: in upper case, in braces.</summary>
    private static string Canonical(string id) =>
        typeof(T) == typeof(Guid) && Guid.TryParse(id, out var uuid) ? uuid.ToString() : id;

    private Dictionary<string, int> IndexByText()
    {
        var byText = new Dictionary<string, int>(Count, StringComparer.Ordinal);
        for (var index = 0; index < Count; index++) byText.Add(Format(index), index);
        return byText;
    }
}

/// <summary>
/// The order of UTF-8 for UTF-16 text, which has code points above U+FFFF, as surrogates, before U+E000 .. U+FFFF.
/// </summary>
internal static class CodePoints
{
    private const int AboveAllOthers = 0x10000;

    public static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        return same == left.Length || same == right.Length
            ? left.Length.CompareTo(right.Length)
            : Rank(left[same]).CompareTo(Rank(right[same]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? AboveAllOthers + unit : unit;
}

/// <summary>Hashes texts.</summary>
internal static class TextHash
{
    private const int BufferChars = 1 << 15;

    /// <summary>
    /// Adds the length and the characters of each text; they are gathered, since short pieces are slow.
    /// </summary>
    public static void Add(ReadOnlySpan<string> texts, IncrementalHash hash)
    {
        const int LengthChars = sizeof(int) / sizeof(char);
        var buffer = new char[BufferChars];
        var used = 0;
        foreach (var text in texts)
        {
            if (used + LengthChars + text.Length > buffer.Length) Flush();
            MemoryMarshal.Cast<char, int>(buffer.AsSpan(used, LengthChars))[0] = text.Length;
            used += LengthChars;
            if (text.Length > buffer.Length - used)
            {
                Flush();
                hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
                continue;
            }

            text.CopyTo(buffer.AsSpan(used));
            used += text.Length;
        }

        Flush();

        void Flush()
        {
            hash.AppendData(MemoryMarshal.AsBytes(buffer.AsSpan(0, used)));
            used = 0;
        }
    }
}
