using GpuAls.Kernels.Launching;
using GpuAls.Sparse;
using ILGPU;
using ILGPU.Runtime;

namespace GpuAls.Engines.Device;

/// <summary>A CSR matrix in device memory.</summary>
internal sealed class DevicePlays : IEnginePlays
{
    private readonly ReusableBuffer<long> _indptr;
    private readonly ReusableBuffer<int> _indices;
    private readonly ReusableBuffer<float> _values;
    private readonly Lazy<DeviceSchedule> _schedule;

    public DevicePlays(Accelerator accelerator, CsrMatrix plays)
    {
        Matrix = plays;
        _indptr = new ReusableBuffer<long>(accelerator);
        _indices = new ReusableBuffer<int>(accelerator);
        _values = new ReusableBuffer<float>(accelerator);
        _schedule = new Lazy<DeviceSchedule>(() => MakeSchedule(accelerator));
        try
        {
            Indptr = _indptr.Fill(plays.Indptr);
            Indices = _indices.Fill(plays.Indices);
            Values = _values.Fill(plays.Values);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The same in host memory.</summary>
    public CsrMatrix Matrix { get; }

    /// <inheritdoc/>
    public int RowCount => Matrix.RowCount;

    /// <inheritdoc/>
    public int ColumnCount => Matrix.ColumnCount;

    /// <summary>[RowCount + 1].</summary>
    public ArrayView<long> Indptr { get; }

    /// <summary>[entries].</summary>
    public ArrayView<int> Indices { get; }

    /// <summary>[entries].</summary>
    public ArrayView<float> Values { get; }

    /// <summary>The order in which the rows are solved; a mask of seen items never needs one.</summary>
    public DeviceSchedule Schedule => _schedule.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_schedule.IsValueCreated) _schedule.Value.Dispose();
        _indptr.Dispose();
        _indices.Dispose();
        _values.Dispose();
    }

    private DeviceSchedule MakeSchedule(Accelerator accelerator)
    {
        var schedule = new DeviceSchedule(accelerator);
        schedule.Fill(RowSchedule.Of(Matrix.Indptr));
        return schedule;
    }
}
