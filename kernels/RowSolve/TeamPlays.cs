using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Adds the plays of the rows that a group solves to A, in registers, and to b, in shared memory.</summary>
internal static class TeamPlays
{
    /// <summary>
    /// Returns tile + Σ gram·y yᵀ and, if the thread holds the first column, sets the right side to Σ rhs·y. If weights
    /// may make gram negative, those plays are first added to -tile.
    /// </summary>
    public static Tile8 AddTo(
        Tile8 tile, in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        var right = Float4.Zero;
        for (float sign = arguments.GramOffset < 0 ? -1 : 1; sign <= 1; sign += 2)
        {
            tile.Scale(sign);
            stage.Entries(0).LookUp(arguments, row, 0, thread, sign);
            for (var offset = 0; offset < row.Longest; offset += TeamLayout.StageRows)
            {
                right = Stage(arguments, stage, thread, row, offset, sign, right);
                tile = stage.Add(tile, thread.Row, thread.Column);
            }

            tile.Scale(sign);
        }

        if (thread.FirstColumn == 0) SetRight(arguments, stage, thread, right);
        return tile;
    }

    /// <summary>product += Σ (gram·(y·x) - rhs)·y, where x is the stage's solution.</summary>
    public static void AddResidual(
        in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        var entries = stage.Entries(0);
        var sum = Float4.Zero;
        for (var offset = 0; offset < row.Longest; offset += TeamLayout.StageRows)
        {
            Group.Barrier();
            entries.LookUpPlain(arguments, row, offset, thread);
            Group.Barrier();
            stage.Load(arguments, entries, thread, Float4.Zero);
            Group.Barrier();
            entries.WeighResidual(stage, thread);
            Group.Barrier();
            sum = stage.AddWeighted(sum, entries, thread);
        }

        stage.AddUp(sum, stage.Product, thread);
    }

    private static void SetRight(in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, Float4 sum)
    {
        for (var i = thread.Lane; i < arguments.Rank4; i += thread.Lanes) stage.Right[i] = Float4.Zero;
        stage.AddUp(sum, stage.Right, thread);
    }

    /// <summary>Stages the plays that have been looked up, and looks up the next ones.</summary>
    /// <returns>The thread's part of the right side, including these plays.</returns>
    private static Float4 Stage(
        in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row,
        int offset, float sign, Float4 right)
    {
        Group.Barrier();
        var turn = offset / TeamLayout.StageRows;
        right = stage.Load(arguments, stage.Entries(turn), thread, right);
        stage.Entries(turn + 1).LookUp(arguments, row, offset + TeamLayout.StageRows, thread, sign);
        Group.Barrier();
        return right;
    }
}
