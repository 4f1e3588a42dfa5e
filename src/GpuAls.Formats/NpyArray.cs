using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace GpuAls.Formats;

/// <summary>An array that numpy wrote as .npy (NEP 1), in any byte order it uses for numbers.</summary>
/// <param name="Name">How messages name it.</param>
/// <param name="Descriptor">Its type, such as <c>&lt;f4</c>.</param>
/// <param name="Shape">Its dimensions; empty for a single value.</param>
/// <param name="Values">The elements, in C order.</param>
internal sealed partial record NpyArray(
    string Name, string Descriptor, IReadOnlyList<int> Shape, ReadOnlyMemory<byte> Values)
{
    private const StringSplitOptions TrimmedParts =
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header, and finds the elements after it.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: it is no such array, or not whole.</exception>
    public static NpyArray Parse(string name, ReadOnlyMemory<byte> file)
    {
        var bytes = file.Span;
        if (bytes.Length < 12 || !bytes.StartsWith(Magic)) throw FormatErrors.Damaged(name, "is not a .npy array");
        var isLong = bytes[6] > 1; // version 2 and 3 have four bytes for the length
        var start = isLong ? 12 : 10;
        long length = isLong
            ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])
            : BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (start + length > bytes.Length) throw FormatErrors.Damaged(name, "ends within its header");
        var header = Encoding.UTF8.GetString(bytes.Slice(start, (int)length));
        var match = Header().Match(header);
        if (!match.Success) throw FormatErrors.Damaged(name, $"has a header that is not understood: {header.Trim()}");
        if (match.Groups["fortran"].Value == "True")
            throw FormatErrors.Damaged(name, "is in Fortran order; save numpy.ascontiguousarray of it");
        var dimensions = match.Groups["shape"].Value.Split(',', TrimmedParts);
        var shape = new int[dimensions.Length];
        for (var i = 0; i < shape.Length; i++)
            if (!int.TryParse(dimensions[i], CultureInfo.InvariantCulture, out shape[i]))
                throw FormatErrors.Damaged(name, $"has a header that is not understood: {header.Trim()}");
        return new NpyArray(name, match.Groups["descr"].Value, shape, file[(start + (int)length)..]);
    }

    /// <summary>The elements of a matrix as fp32; those of fp64 are rounded.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: it is no matrix of fp32 or fp64, or not whole.</exception>
    public FactorMatrix Factors()
    {
        if (Shape is not [var rows, var rank] || Descriptor is not ("<f4" or "<f8"))
            throw FormatErrors.Damaged(
                Name, $"has type {Descriptor} and shape ({string.Join(", ", Shape)}); expected a matrix of f4 or f8");
        var size = Descriptor == "<f4" ? sizeof(float) : sizeof(double);
        if (Values.Length != (long)rows * rank * size)
            throw FormatErrors.Damaged(
                Name, $"has {Counted.Of(Values.Length, "byte")} of elements; expected {(long)rows * rank * size:N0}");
        var values = size == sizeof(float)
            ? MemoryMarshal.Cast<byte, float>(Values.Span).ToArray()
            : Array.ConvertAll(MemoryMarshal.Cast<byte, double>(Values.Span).ToArray(), value => (float)value);
        return FormatErrors.Factors(Name, values, rank);
    }

    /// <summary>A single number.</summary>
    /// <exception cref="GpuAlsException">Kind BadInput: it is something else.</exception>
    public double Number()
    {
        var bytes = Values.Span;
        return (Shape.Count, Descriptor, bytes.Length) switch
        {
            (0, "<f8", 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            (0, "<f4", 4) => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            (0, "<i8", 8) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            (0, "<i4", 4) => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            _ => throw FormatErrors.Damaged(Name, $"has type {Descriptor}; expected a number"),
        };
    }

    /// <summary>A single value as a .npy file.</summary>
    public static byte[] Scalar(string descriptor, ReadOnlySpan<byte> value) =>
        [.. NpyFile.Header(descriptor, []), .. value];

    [GeneratedRegex(
        @"'descr':\s*'(?<descr>[^']*)'.*'fortran_order':\s*(?<fortran>True|False).*'shape':\s*\((?<shape>[\d,\s]*)\)",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Header();
}
