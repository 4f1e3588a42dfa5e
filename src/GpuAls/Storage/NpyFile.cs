using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuAls;

/// <summary>
/// Arrays in numpy's .npy format, version 1.0 (NEP 1): little-endian, C order, so that <c>numpy.load(...,
/// mmap_mode="r")</c> maps them.
/// </summary>
internal static class NpyFile
{
    private const int Alignment = 64;
    private const int ChunkBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>Writes an array.</summary>
    /// <typeparam name="T">float, int or long.</typeparam>
    /// <param name="stream">Where it is written; stays open.</param>
    /// <param name="values">The elements in C order.</param>
    /// <param name="shape">One or two dimensions whose product is the number of elements.</param>
    /// <param name="cancellation">Stops it between chunks.</param>
    public static async Task WriteAsync<T>(
        Stream stream, ReadOnlyMemory<T> values, long[] shape, CancellationToken cancellation = default)
        where T : unmanaged =>
        await WriteAsync(stream, [values], shape, cancellation).ConfigureAwait(false);

    /// <summary>Writes an array that comes in parts.</summary>
    /// <typeparam name="T">float, int or long.</typeparam>
    /// <param name="stream">Where it is written; stays open.</param>
    /// <param name="parts">The elements in C order.</param>
    /// <param name="shape">One or two dimensions whose product is the number of elements.</param>
    /// <param name="cancellation">Stops it between chunks.</param>
    public static async Task WriteAsync<T>(
        Stream stream, IEnumerable<ReadOnlyMemory<T>> parts, long[] shape, CancellationToken cancellation = default)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(parts);
        await stream.WriteAsync(Header(DescriptorOf<T>(), shape), cancellation).ConfigureAwait(false);
        foreach (var part in parts) await WriteElementsAsync(stream, part, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes factors, [rows, rank].</summary>
    public static Task WriteAsync(
        Stream stream, FactorMatrix factors, CancellationToken cancellation = default) =>
        WriteAsync(stream, Parts(factors), [factors.RowCount, factors.Rank], cancellation);

    /// <summary>Writes factors without a header, little-endian.</summary>
    public static async Task WriteElementsAsync(
        Stream stream, FactorMatrix factors, CancellationToken cancellation = default)
    {
        foreach (var part in Parts(factors))
            await WriteElementsAsync(stream, part, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes elements without a header, little-endian.</summary>
    public static async Task WriteElementsAsync<T>(
        Stream stream, ReadOnlyMemory<T> values, CancellationToken cancellation = default)
        where T : unmanaged
    {
        var chunk = ChunkBytes / Marshal.SizeOf<T>();
        using var buffer = new RentedArray<byte>(Math.Min(chunk, values.Length) * Marshal.SizeOf<T>());
        for (var start = 0; start < values.Length; start += Math.Min(chunk, values.Length - start))
        {
            var count = Math.Min(chunk, values.Length - start);
            MemoryMarshal.AsBytes(values.Span.Slice(start, count)).CopyTo(buffer.Span);
            await stream.WriteAsync(buffer.Memory[..(count * Marshal.SizeOf<T>())], cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Reads an array, several parts at once.</summary>
    /// <typeparam name="T">float, int or long.</typeparam>
    /// <param name="source">The file.</param>
    /// <param name="shape">The dimensions that the array must have.</param>
    /// <param name="hash">Gets the bytes of the whole file, in order, once they are read.</param>
    /// <param name="cancellation">Stops it between parts.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: another type, shape or length than expected.</exception>
    public static async Task<T[]> ReadAsync<T>(
        IByteSource source, long[] shape, FileHash hash, CancellationToken cancellation = default)
        where T : unmanaged
    {
        var header = await ReadHeaderAsync<T>(source, shape, cancellation).ConfigureAwait(false);
        var values = GC.AllocateUninitializedArray<T>(checked((int)Product(shape)));
        await source.ReadAsync(header.Length, values.AsMemory(), cancellation).ConfigureAwait(false);
        hash.Append(header);
        Append<T>(hash, values);
        return values;
    }

    /// <summary>Reads factors, several parts at once.</summary>
    /// <param name="source">The file.</param>
    /// <param name="rowCount">The number of rows that they must have.</param>
    /// <param name="rank">The length of a row.</param>
    /// <param name="hash">Gets the bytes of the whole file, in order.</param>
    /// <param name="cancellation">Stops it between parts.</param>
    /// <exception cref="GpuAlsException">Kind BadInput: another type, shape or length than expected.</exception>
    public static async Task<FactorMatrix> ReadFactorsAsync(
        IByteSource source, int rowCount, int rank, FileHash hash, CancellationToken cancellation = default)
    {
        var header = await ReadHeaderAsync<float>(source, [rowCount, rank], cancellation).ConfigureAwait(false);
        hash.Append(header);
        var factors = FactorMatrix.Uninitialized(rowCount, rank);
        foreach (var (rows, values) in factors.Blocks)
        {
            var start = header.Length + ((long)rows.Start * rank * sizeof(float));
            await source.ReadAsync(start, values, cancellation).ConfigureAwait(false);
            Append<float>(hash, values.Span);
        }

        return factors;
    }

    private static async Task<byte[]> ReadHeaderAsync<T>(
        IByteSource source, long[] shape, CancellationToken cancellation)
        where T : unmanaged
    {
        var (expected, length) = (Header(DescriptorOf<T>(), shape), Product(shape));
        var found = new byte[expected.Length];
        var isExpected = source.Length == expected.Length + (length * Marshal.SizeOf<T>());
        if (isExpected) await source.ReadExactlyAsync(0, found, cancellation).ConfigureAwait(false);
        if (!isExpected || !found.AsSpan().SequenceEqual(expected))
            throw new GpuAlsException(
                FailureKind.BadInput,
                $"{source.Name}: expected a .npy array of type {DescriptorOf<T>()} and shape {ShapeText(shape)}.");
        return found;
    }

    private static void Append<T>(FileHash hash, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        for (var first = 0; first < values.Length; first += Math.Min(ChunkBytes, values.Length - first))
            hash.Append(MemoryMarshal.AsBytes(values.Slice(first, Math.Min(ChunkBytes, values.Length - first))));
    }

    /// <summary>What is before the elements.</summary>
    /// <param name="descriptor">Their type, such as <c>&lt;f4</c>.</param>
    /// <param name="shape">The dimensions; none for a single value.</param>
    public static byte[] Header(string descriptor, ReadOnlySpan<long> shape)
    {
        var text = $"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {ShapeText(shape)}, }}";
        var prefix = Magic.Length + sizeof(ushort);
        var padded = ((prefix + text.Length + 1 + Alignment - 1) / Alignment * Alignment) - prefix;
        text = text.PadRight(padded - 1) + '\n';
        return [.. Magic, (byte)(padded & 255), (byte)(padded >> 8), .. Encoding.ASCII.GetBytes(text)];
    }

    private static IEnumerable<ReadOnlyMemory<float>> Parts(FactorMatrix factors) =>
        factors.Blocks.Select(block => (ReadOnlyMemory<float>)block.Values);

    private static string DescriptorOf<T>() => typeof(T) switch
    {
        var type when type == typeof(float) => "<f4",
        var type when type == typeof(int) => "<i4",
        var type when type == typeof(long) => "<i8",
        var type => throw new ArgumentException($"arrays of {type.Name} are not written."),
    };

    private static string ShapeText(ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder("(");
        foreach (var dimension in shape)
            text.Append(text.Length > 1 ? ", " : "").Append(dimension.ToString(CultureInfo.InvariantCulture));
        return text.Append(shape.Length == 1 ? ",)" : ")").ToString();
    }

    private static long Product(ReadOnlySpan<long> shape)
    {
        long product = 1;
        foreach (var dimension in shape) product *= dimension;
        return product;
    }
}
