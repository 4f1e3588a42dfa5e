using System.Text;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;

namespace GpuAls.Formats;

/// <summary>Ids from the batches of a column.</summary>
internal static class ArrowIds
{
    /// <exception cref="GpuAlsException">
    /// Kind BadInput: an id is null, there twice or not valid UTF-8, or the column has another type.
    /// </exception>
    public static IdIndex Collect(string file, string column, IReadOnlyList<IArrowArray> batches)
    {
        if (batches.Any(batch => batch.NullCount > 0))
            throw FormatErrors.Damaged(file, $"column {Quoted.Of(column)} has an id that is null");
        return (batches.Count == 0 ? null : batches[0]) switch
        {
            null => new IdIndex<string>([]),
            Int8Array => Index<sbyte, int>(id => id),
            Int16Array => Index<short, int>(id => id),
            Int32Array => Index<int, int>(id => id),
            UInt8Array => Index<byte, int>(id => id),
            UInt16Array => Index<ushort, int>(id => id),
            UInt32Array => Index<uint, long>(id => id),
            Int64Array => Index<long, long>(id => id),
            UInt64Array => Index<ulong, ulong>(id => id),
            FixedSizeBinaryArray { Data.DataType: FixedSizeBinaryType { ByteWidth: IdValues.UuidBytes } } =>
                Unique([.. batches.Cast<FixedSizeBinaryArray>().SelectMany(
                    batch => Enumerable.Range(0, batch.Length).Select(at => new Guid(batch.GetBytes(at), true)))]),
            DictionaryArray => Unique([.. batches.Cast<DictionaryArray>().SelectMany(Words)]),
            var first => Unique([.. batches.SelectMany(batch => Texts(batch, first.Data.DataType))]),
        };

        IdIndex<TId> Index<T, TId>(Func<T, TId> convert)
            where T : struct, IEquatable<T>
            where TId : notnull =>
            Unique([.. batches.Cast<PrimitiveArray<T>>().SelectMany(
                batch => System.Array.ConvertAll(batch.Values.ToArray(), id => convert(id)))]);

        IdIndex<TId> Unique<TId>(TId[] ids)
            where TId : notnull
        {
            var seen = new HashSet<TId>(ids.Length);
            foreach (var id in ids)
                if (!seen.Add(id))
                    throw FormatErrors.Damaged(
                        file, $"column {Quoted.Of(column)} has {Quoted.Of(id.ToString()!)} twice");
            return new IdIndex<TId>(ids);
        }

        // A column of categories, as pandas writes them: numbers of the words of a dictionary.
        IEnumerable<string> Words(DictionaryArray batch)
        {
            string[] words = [.. Texts(batch.Dictionary, batch.Dictionary.Data.DataType)];
            int[] numbers = batch.Indices switch
            {
                Int8Array narrow => System.Array.ConvertAll(narrow.Values.ToArray(), number => (int)number),
                Int16Array narrow => System.Array.ConvertAll(narrow.Values.ToArray(), number => (int)number),
                Int32Array all => all.Values.ToArray(),
                var others => throw OfType(others.Data.DataType),
            };
            return numbers.Select(number => words[number]);
        }

        IEnumerable<string> Texts(IArrowArray batch, IArrowType type) => batch switch
        {
            StringArray texts => Enumerable.Range(0, texts.Length).Select(at => Text(texts.GetBytes(at))),
            LargeStringArray texts => Enumerable.Range(0, texts.Length).Select(at => Text(texts.GetBytes(at))),
            StringViewArray texts => Enumerable.Range(0, texts.Length).Select(at => Text(texts.GetBytes(at))),
            _ => throw OfType(type),
        };

        GpuAlsException OfType(IArrowType type) => FormatErrors.Damaged(
            file, $"column {Quoted.Of(column)} has type {type.Name}; {ParquetIdValues.Expected}");

        string Text(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw FormatErrors.Damaged(file, $"column {Quoted.Of(column)} has an id that is not valid UTF-8");
    }
}
