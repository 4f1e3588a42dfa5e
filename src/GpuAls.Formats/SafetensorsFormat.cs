using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace GpuAls.Formats;

/// <summary>
/// Tensors as huggingface/safetensors has them: the length of a JSON header, the header, the elements. The tensors are
/// <c>item_factors</c> and <c>user_factors</c>.
/// </summary>
internal sealed class SafetensorsFormat() : ModelFormat("safetensors")
{
    private const int Alignment = 8;

    private static readonly (string Name, Side Side)[] Tensors =
        [("item_factors", Side.Items), ("user_factors", Side.Users)];

    /// <inheritdoc/>
    public override bool IsRead => true;

    /// <inheritdoc/>
    public override async Task WriteAsync(
        FactorModel model, FormatOptions options, Stream stream, CancellationToken cancellation)
    {
        var header = new StringBuilder("{");
        long offset = 0;
        foreach (var (name, of) in Tensors)
        {
            var factors = model.FactorsOf(of);
            var end = offset + (factors.Length * sizeof(float));
            var shape = FormattableString.Invariant($"[{factors.RowCount},{factors.Rank}]");
            header.Append(header.Length > 1 ? "," : "")
                .Append(FormattableString.Invariant($"\"{name}\":{{\"dtype\":\"F32\",\"shape\":{shape},"))
                .Append(FormattableString.Invariant($"\"data_offsets\":[{offset},{end}]}}"));
            offset = end;
        }

        header.Append('}');
        var padded = (header.Length + Alignment - 1) / Alignment * Alignment;
        var text = new byte[sizeof(ulong) + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(text, (ulong)padded);
        Encoding.ASCII.GetBytes(header.ToString().PadRight(padded)).CopyTo(text, sizeof(ulong));
        await stream.WriteAsync(text, cancellation).ConfigureAwait(false);
        foreach (var (_, of) in Tensors)
            await NpyFile.WriteElementsAsync(stream, model.FactorsOf(of), cancellation)
                .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<ForeignModel> ReadAsync(ForeignSource source, CancellationToken cancellation)
    {
        var location = source.Location;
        var bytes = await FormatErrors.ReadAllAsync(location, cancellation).ConfigureAwait(false);
        try
        {
            var length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            using var header = JsonDocument.Parse(bytes.AsMemory(sizeof(ulong), length));
            var start = sizeof(ulong) + length;
            return new ForeignModel(
                new ForeignSide(Tensor(location, header, "user_factors", bytes.AsSpan(start))),
                new ForeignSide(Tensor(location, header, "item_factors", bytes.AsSpan(start))));
        }
        catch (Exception damage) when (GpuAlsException.IsDamage(damage))
        {
            throw FormatErrors.Damaged(location, "is not a file of safetensors, or not whole");
        }
    }

    private static FactorMatrix Tensor(string location, JsonDocument header, string name, ReadOnlySpan<byte> data)
    {
        if (!header.RootElement.TryGetProperty(name, out var tensor))
            throw FormatErrors.Damaged(location, $"has no tensor '{name}'");
        var type = tensor.GetProperty("dtype").GetString();
        int[] shape = [.. tensor.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt32())];
        if (type != "F32" || shape is not [var rows, var rank])
            throw FormatErrors.Damaged(
                location, $"'{name}' has type {type} and shape [{string.Join(", ", shape)}]; expected a matrix of F32");
        var offsets = tensor.GetProperty("data_offsets");
        var values = MemoryMarshal.Cast<byte, float>(data[offsets[0].GetInt32()..offsets[1].GetInt32()]).ToArray();
        if (values.Length != (long)rows * rank)
            throw FormatErrors.Damaged(
                location, $"'{name}' has {Counted.Of(values.Length, "element")}; expected {(long)rows * rank:N0}");
        return FormatErrors.Factors(location, values, rank);
    }
}
