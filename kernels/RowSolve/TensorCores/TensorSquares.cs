using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuAls.Kernels;

/// <summary>
/// A warp's accumulators for tensor cores: ten 16×16 squares, of which each lane holds eight floats. The registers are
/// declared in inline assembly, because ILGPU puts the results of instructions with several outputs in local memory. A
/// square is a pair of mma.m16n8k8: one for the even columns, one for the odd ones. Requires CUDA compute capability
/// 8.0 or newer.
/// </summary>
internal static class TensorSquares
{
    private const string Mma = "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 ";
    private const string Zero = "0f00000000";
    private const string Even = ", {%0,%1,%2,%3}, {%4,%5}, ";
    private const string Odd = ", {%0,%1,%2,%3}, {%6,%7}, ";

    /// <summary>
    /// Declares the registers. Must be called once per kernel, before any other method of this class.
    /// </summary>
    public static void Declare() => CudaAsm.Emit(".reg .f32 m<80>;");

    /// <summary>Sets all sums to zero.</summary>
    public static void Clear()
    {
        CudaAsm.Emit(
            $"mov.f32 m0, {Zero}; mov.f32 m1, {Zero}; mov.f32 m2, {Zero}; mov.f32 m3, {Zero}; "
            + $"mov.f32 m4, {Zero}; mov.f32 m5, {Zero}; mov.f32 m6, {Zero}; mov.f32 m7, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m8, {Zero}; mov.f32 m9, {Zero}; mov.f32 m10, {Zero}; mov.f32 m11, {Zero}; "
            + $"mov.f32 m12, {Zero}; mov.f32 m13, {Zero}; mov.f32 m14, {Zero}; mov.f32 m15, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m16, {Zero}; mov.f32 m17, {Zero}; mov.f32 m18, {Zero}; mov.f32 m19, {Zero}; "
            + $"mov.f32 m20, {Zero}; mov.f32 m21, {Zero}; mov.f32 m22, {Zero}; mov.f32 m23, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m24, {Zero}; mov.f32 m25, {Zero}; mov.f32 m26, {Zero}; mov.f32 m27, {Zero}; "
            + $"mov.f32 m28, {Zero}; mov.f32 m29, {Zero}; mov.f32 m30, {Zero}; mov.f32 m31, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m32, {Zero}; mov.f32 m33, {Zero}; mov.f32 m34, {Zero}; mov.f32 m35, {Zero}; "
            + $"mov.f32 m36, {Zero}; mov.f32 m37, {Zero}; mov.f32 m38, {Zero}; mov.f32 m39, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m40, {Zero}; mov.f32 m41, {Zero}; mov.f32 m42, {Zero}; mov.f32 m43, {Zero}; "
            + $"mov.f32 m44, {Zero}; mov.f32 m45, {Zero}; mov.f32 m46, {Zero}; mov.f32 m47, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m48, {Zero}; mov.f32 m49, {Zero}; mov.f32 m50, {Zero}; mov.f32 m51, {Zero}; "
            + $"mov.f32 m52, {Zero}; mov.f32 m53, {Zero}; mov.f32 m54, {Zero}; mov.f32 m55, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m56, {Zero}; mov.f32 m57, {Zero}; mov.f32 m58, {Zero}; mov.f32 m59, {Zero}; "
            + $"mov.f32 m60, {Zero}; mov.f32 m61, {Zero}; mov.f32 m62, {Zero}; mov.f32 m63, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m64, {Zero}; mov.f32 m65, {Zero}; mov.f32 m66, {Zero}; mov.f32 m67, {Zero}; "
            + $"mov.f32 m68, {Zero}; mov.f32 m69, {Zero}; mov.f32 m70, {Zero}; mov.f32 m71, {Zero};");
        CudaAsm.Emit(
            $"mov.f32 m72, {Zero}; mov.f32 m73, {Zero}; mov.f32 m74, {Zero}; mov.f32 m75, {Zero}; "
            + $"mov.f32 m76, {Zero}; mov.f32 m77, {Zero}; mov.f32 m78, {Zero}; mov.f32 m79, {Zero};");
    }

    /// <summary>Negates all sums.</summary>
    public static void Negate()
    {
        CudaAsm.Emit(
            "neg.f32 m0, m0; neg.f32 m1, m1; neg.f32 m2, m2; neg.f32 m3, m3; "
            + "neg.f32 m4, m4; neg.f32 m5, m5; neg.f32 m6, m6; neg.f32 m7, m7;");
        CudaAsm.Emit(
            "neg.f32 m8, m8; neg.f32 m9, m9; neg.f32 m10, m10; neg.f32 m11, m11; "
            + "neg.f32 m12, m12; neg.f32 m13, m13; neg.f32 m14, m14; neg.f32 m15, m15;");
        CudaAsm.Emit(
            "neg.f32 m16, m16; neg.f32 m17, m17; neg.f32 m18, m18; neg.f32 m19, m19; "
            + "neg.f32 m20, m20; neg.f32 m21, m21; neg.f32 m22, m22; neg.f32 m23, m23;");
        CudaAsm.Emit(
            "neg.f32 m24, m24; neg.f32 m25, m25; neg.f32 m26, m26; neg.f32 m27, m27; "
            + "neg.f32 m28, m28; neg.f32 m29, m29; neg.f32 m30, m30; neg.f32 m31, m31;");
        CudaAsm.Emit(
            "neg.f32 m32, m32; neg.f32 m33, m33; neg.f32 m34, m34; neg.f32 m35, m35; "
            + "neg.f32 m36, m36; neg.f32 m37, m37; neg.f32 m38, m38; neg.f32 m39, m39;");
        CudaAsm.Emit(
            "neg.f32 m40, m40; neg.f32 m41, m41; neg.f32 m42, m42; neg.f32 m43, m43; "
            + "neg.f32 m44, m44; neg.f32 m45, m45; neg.f32 m46, m46; neg.f32 m47, m47;");
        CudaAsm.Emit(
            "neg.f32 m48, m48; neg.f32 m49, m49; neg.f32 m50, m50; neg.f32 m51, m51; "
            + "neg.f32 m52, m52; neg.f32 m53, m53; neg.f32 m54, m54; neg.f32 m55, m55;");
        CudaAsm.Emit(
            "neg.f32 m56, m56; neg.f32 m57, m57; neg.f32 m58, m58; neg.f32 m59, m59; "
            + "neg.f32 m60, m60; neg.f32 m61, m61; neg.f32 m62, m62; neg.f32 m63, m63;");
        CudaAsm.Emit(
            "neg.f32 m64, m64; neg.f32 m65, m65; neg.f32 m66, m66; neg.f32 m67, m67; "
            + "neg.f32 m68, m68; neg.f32 m69, m69; neg.f32 m70, m70; neg.f32 m71, m71;");
        CudaAsm.Emit(
            "neg.f32 m72, m72; neg.f32 m73, m73; neg.f32 m74, m74; neg.f32 m75, m75; "
            + "neg.f32 m76, m76; neg.f32 m77, m77; neg.f32 m78, m78; neg.f32 m79, m79;");
    }

    /// <summary>Square 0 += rows·columnsᵀ over eight plays.</summary>
    public static void Add0(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m0,m1,m2,m3}" + Even + "{m0,m1,m2,m3}; "
        + Mma + "{m4,m5,m6,m7}" + Odd + "{m4,m5,m6,m7};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 1 += rows·columnsᵀ over eight plays.</summary>
    public static void Add1(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m8,m9,m10,m11}" + Even + "{m8,m9,m10,m11}; "
        + Mma + "{m12,m13,m14,m15}" + Odd + "{m12,m13,m14,m15};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 2 += rows·columnsᵀ over eight plays.</summary>
    public static void Add2(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m16,m17,m18,m19}" + Even + "{m16,m17,m18,m19}; "
        + Mma + "{m20,m21,m22,m23}" + Odd + "{m20,m21,m22,m23};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 3 += rows·columnsᵀ over eight plays.</summary>
    public static void Add3(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m24,m25,m26,m27}" + Even + "{m24,m25,m26,m27}; "
        + Mma + "{m28,m29,m30,m31}" + Odd + "{m28,m29,m30,m31};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 4 += rows·columnsᵀ over eight plays.</summary>
    public static void Add4(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m32,m33,m34,m35}" + Even + "{m32,m33,m34,m35}; "
        + Mma + "{m36,m37,m38,m39}" + Odd + "{m36,m37,m38,m39};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 5 += rows·columnsᵀ over eight plays.</summary>
    public static void Add5(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m40,m41,m42,m43}" + Even + "{m40,m41,m42,m43}; "
        + Mma + "{m44,m45,m46,m47}" + Odd + "{m44,m45,m46,m47};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 6 += rows·columnsᵀ over eight plays.</summary>
    public static void Add6(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m48,m49,m50,m51}" + Even + "{m48,m49,m50,m51}; "
        + Mma + "{m52,m53,m54,m55}" + Odd + "{m52,m53,m54,m55};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 7 += rows·columnsᵀ over eight plays.</summary>
    public static void Add7(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m56,m57,m58,m59}" + Even + "{m56,m57,m58,m59}; "
        + Mma + "{m60,m61,m62,m63}" + Odd + "{m60,m61,m62,m63};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 8 += rows·columnsᵀ over eight plays.</summary>
    public static void Add8(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m64,m65,m66,m67}" + Even + "{m64,m65,m66,m67}; "
        + Mma + "{m68,m69,m70,m71}" + Odd + "{m68,m69,m70,m71};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Square 9 += rows·columnsᵀ over eight plays.</summary>
    public static void Add9(in TensorFragment rows, in TensorFragment columns) => CudaAsm.Emit(
        Mma + "{m72,m73,m74,m75}" + Even + "{m72,m73,m74,m75}; "
        + Mma + "{m76,m77,m78,m79}" + Odd + "{m76,m77,m78,m79};",
        rows.Even, rows.Odd, rows.LaterEven, rows.LaterOdd,
        columns.Even, columns.LaterEven, columns.Odd, columns.LaterOdd);

    /// <summary>Four sums each from the lane's two rows of square 0.</summary>
    public static (Float4 First, Float4 Second) Rows0()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m0; mov.f32 %1, m4; mov.f32 %2, m1; mov.f32 %3, m5;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m2; mov.f32 %1, m6; mov.f32 %2, m3; mov.f32 %3, m7;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 1.</summary>
    public static (Float4 First, Float4 Second) Rows1()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m8; mov.f32 %1, m12; mov.f32 %2, m9; mov.f32 %3, m13;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m10; mov.f32 %1, m14; mov.f32 %2, m11; mov.f32 %3, m15;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 2.</summary>
    public static (Float4 First, Float4 Second) Rows2()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m16; mov.f32 %1, m20; mov.f32 %2, m17; mov.f32 %3, m21;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m18; mov.f32 %1, m22; mov.f32 %2, m19; mov.f32 %3, m23;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 3.</summary>
    public static (Float4 First, Float4 Second) Rows3()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m24; mov.f32 %1, m28; mov.f32 %2, m25; mov.f32 %3, m29;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m26; mov.f32 %1, m30; mov.f32 %2, m27; mov.f32 %3, m31;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 4.</summary>
    public static (Float4 First, Float4 Second) Rows4()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m32; mov.f32 %1, m36; mov.f32 %2, m33; mov.f32 %3, m37;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m34; mov.f32 %1, m38; mov.f32 %2, m35; mov.f32 %3, m39;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 5.</summary>
    public static (Float4 First, Float4 Second) Rows5()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m40; mov.f32 %1, m44; mov.f32 %2, m41; mov.f32 %3, m45;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m42; mov.f32 %1, m46; mov.f32 %2, m43; mov.f32 %3, m47;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 6.</summary>
    public static (Float4 First, Float4 Second) Rows6()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m48; mov.f32 %1, m52; mov.f32 %2, m49; mov.f32 %3, m53;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m50; mov.f32 %1, m54; mov.f32 %2, m51; mov.f32 %3, m55;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 7.</summary>
    public static (Float4 First, Float4 Second) Rows7()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m56; mov.f32 %1, m60; mov.f32 %2, m57; mov.f32 %3, m61;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m58; mov.f32 %1, m62; mov.f32 %2, m59; mov.f32 %3, m63;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 8.</summary>
    public static (Float4 First, Float4 Second) Rows8()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m64; mov.f32 %1, m68; mov.f32 %2, m65; mov.f32 %3, m69;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m66; mov.f32 %1, m70; mov.f32 %2, m67; mov.f32 %3, m71;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four sums each from the lane's two rows of square 9.</summary>
    public static (Float4 First, Float4 Second) Rows9()
    {
        var (a, b) = (Blank(), Blank());
        CudaAsm.Emit("mov.f32 %0, m72; mov.f32 %1, m76; mov.f32 %2, m73; mov.f32 %3, m77;", a.X, a.Y, a.Z, a.W);
        CudaAsm.Emit("mov.f32 %0, m74; mov.f32 %1, m78; mov.f32 %2, m75; mov.f32 %3, m79;", b.X, b.Y, b.Z, b.W);
        return (a, b);
    }

    /// <summary>Four registers for the assembly to write to. Constants would not do: they have no registers.</summary>
    private static Float4 Blank() => new(BlankFloat(), BlankFloat(), BlankFloat(), BlankFloat());

    private static float BlankFloat() => Interop.IntAsFloat((uint)Group.IdxX);
}
