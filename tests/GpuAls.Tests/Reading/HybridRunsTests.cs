using CsCheck;

namespace GpuAls.Tests.Reading;

/// <summary>Runs of every width, beside a decoder that goes bit by bit.</summary>
public sealed class HybridRunsTests
{
    private const int MostBits = 32;
    private const int Behind = unchecked((int)0xDEADBEEF);

    private static readonly Gen<(int Width, byte[] Bytes)> Any =
        Gen.Int[0, MostBits].SelectMany(width => RawRuns.Any(width, 200).Select(bytes => (width, bytes)));

    [Test]
    public void Decode_RunsOfAnyKind_GivesWhatTheSlowDecoderGives() =>
        Gen.Select(Any, Gen.Int[0, 400]).Sample(
            (runs, wanted) =>
            {
                var (width, bytes) = runs;
                var expected = Slow(bytes, width, wanted);
                var values = new int[wanted + 1];
                values[wanted] = Behind;

                if (expected is null)
                {
                    Assert.Throws<InvalidDataException>(
                        () => HybridRuns.Decode(bytes, width, values.AsSpan(0, wanted)));
                    return;
                }

                HybridRuns.Decode(bytes, width, values.AsSpan(0, wanted));
                Assert.That(values, Is.EqualTo((int[])[.. expected, Behind]));
            },
            iter: 20_000);

    [Test]
    public void Decode_CutRuns_GivesWhatIsThereOrThrows() =>
        Gen.Select(Any, Gen.Double[0, 1], Gen.Int[0, 200]).Sample(
            (runs, cut, wanted) =>
            {
                var (width, bytes) = (runs.Width, runs.Bytes[..(int)(cut * runs.Bytes.Length)]);
                var values = new int[wanted];

                if (Slow(bytes, width, wanted) is not { } expected)
                    Assert.Throws<InvalidDataException>(() => HybridRuns.Decode(bytes, width, values));
                else
                {
                    HybridRuns.Decode(bytes, width, values);
                    Assert.That(values, Is.EqualTo(expected));
                }
            },
            iter: 20_000);

    [Test]
    public void Decode_EncodedValues_GivesThemBack() =>
        Gen.Int[0, MostBits].SelectMany(
            width => Gen.Select(Gen.Const(width), Gen.Int[0, 3].Array[0, 100], Gen.Int[1, 20])).Sample(
            (width, values, repeat) =>
            {
                // few values, all bits
                var cut = Array.ConvertAll(values, value => (int)((uint)-value & ((1ul << width) - 1)));
                var decoded = new int[cut.Length];

                HybridRuns.Decode(RawRuns.Encode(cut, width, repeat), width, decoded);

                Assert.That(decoded, Is.EqualTo(cut));
            },
            iter: 5_000);

    [TestCase(33)]
    [TestCase(64)]
    [TestCase(255)]
    public void Decode_WidthAbove32_Throws(int width) =>
        Assert.Throws<InvalidDataException>(
            () => HybridRuns.Decode([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], width, new int[1]));

    /// <summary>A count of 2⁶³ − 1 groups, or values, of which one is wanted.</summary>
    [TestCase(0xFF)]
    [TestCase(0xFE)]
    public void Decode_TheLargestCount_FillsWhatIsWanted(int first)
    {
        var values = new int[3];

        HybridRuns.Decode([(byte)first, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0b_0000_0001, 1], 1, values);

        Assert.That(values, Is.EqualTo(first == 0xFF ? new[] { 1, 0, 0 } : [1, 1, 1]));
    }

    [Test]
    public void Decode_RunsOfNothing_EndWithTheBytes() =>
        Assert.Throws<InvalidDataException>(() => HybridRuns.Decode(new byte[1_000], 0, new int[1]));

    private static int[]? Slow(byte[] bytes, int width, int count)
    {
        try
        {
            return RawRuns.Decode(bytes, width, count);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
