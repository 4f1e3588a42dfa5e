using ILGPU;

namespace GpuAls.Kernels;

/// <summary>The running sum of a 4×4 tile in fp64.</summary>
internal struct Sum16
{
    public double S00, S01, S02, S03, S10, S11, S12, S13, S20, S21, S22, S23, S30, S31, S32, S33;

    public static Sum16 Zero => default;

    public void Add(Tile4 tile)
    {
        (S00, S01, S02, S03) = (S00 + tile.R0.X, S01 + tile.R0.Y, S02 + tile.R0.Z, S03 + tile.R0.W);
        (S10, S11, S12, S13) = (S10 + tile.R1.X, S11 + tile.R1.Y, S12 + tile.R1.Z, S13 + tile.R1.W);
        (S20, S21, S22, S23) = (S20 + tile.R2.X, S21 + tile.R2.Y, S22 + tile.R2.Z, S23 + tile.R2.W);
        (S30, S31, S32, S33) = (S30 + tile.R3.X, S31 + tile.R3.Y, S32 + tile.R3.Z, S33 + tile.R3.W);
    }

    public readonly void Store(ArrayView<double> target, long place)
    {
        target[place] = S00;
        target[place + 1] = S01;
        target[place + 2] = S02;
        target[place + 3] = S03;
        target[place + 4] = S10;
        target[place + 5] = S11;
        target[place + 6] = S12;
        target[place + 7] = S13;
        target[place + 8] = S20;
        target[place + 9] = S21;
        target[place + 10] = S22;
        target[place + 11] = S23;
        target[place + 12] = S30;
        target[place + 13] = S31;
        target[place + 14] = S32;
        target[place + 15] = S33;
    }
}
