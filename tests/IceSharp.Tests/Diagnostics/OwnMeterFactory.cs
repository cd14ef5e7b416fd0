using System.Diagnostics.Metrics;

namespace IceSharp.Tests.Diagnostics;

/// <summary>Meters of one test, so that agents of other tests do not count.</summary>
internal sealed class OwnMeterFactory : IMeterFactory
{
    public List<Meter> Made { get; } = [];

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        Made.Add(meter);
        return meter;
    }

    public void Dispose() => Made.ForEach(m => m.Dispose());
}
