using System.Buffers;
using System.Buffers.Binary;

namespace GpuAls;

/// <summary>
/// Which list each value of a column in <see cref="ParquetColumn.ListOfStructs"/> belongs to: the repetition level is 0
/// where a list begins, else 1; the definition level is 4 for a value, and 1 for a list that has none. Both are runs in
/// the RLE hybrid, after their length.
/// </summary>
/// <param name="Bytes">What a data page begins with.</param>
/// <param name="Count">Number of values, one for each empty list included.</param>
internal sealed record ListLevels(ReadOnlyMemory<byte> Bytes, int Count)
{
    private const byte EmptyList = 1;
    private const byte Value = 4; // recommendations, list, element and the field are there

    /// <summary>The levels of lists of some lengths.</summary>
    public static ListLevels Of(int[] lengths)
    {
        var (repetitions, definitions) = (new Runs(), new Runs());
        foreach (var length in lengths)
        {
            repetitions.Add(0, 1);
            repetitions.Add(1, Math.Max(0, length - 1));
            definitions.Add(length == 0 ? EmptyList : Value, Math.Max(1, length));
        }

        return new ListLevels(
            (byte[])[.. repetitions.Finish(), .. definitions.Finish()],
            lengths.Sum(length => Math.Max(1, length)));
    }

    /// <summary>Runs of equal levels, none of which takes more than a byte.</summary>
    private sealed class Runs
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private byte _level;
        private int _length;

        public void Add(byte level, int length)
        {
            if (length == 0) return;
            if (level != _level) End();
            (_level, _length) = (level, _length + length);
        }

        /// <summary>The runs, after their length in bytes.</summary>
        public byte[] Finish()
        {
            End();
            var length = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, _bytes.WrittenCount);
            return [.. length, .. _bytes.WrittenSpan];
        }

        private void End()
        {
            if (_length > 0)
            {
                ThriftWriter.Varint(_bytes, (ulong)_length << 1);
                _bytes.Write([_level]);
            }

            _length = 0;
        }
    }
}
