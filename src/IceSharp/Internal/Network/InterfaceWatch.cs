using System.Net.NetworkInformation;

namespace IceSharp.Internal.Network;

/// <summary>Tells that interfaces or addresses have changed: the framework's event, which on Linux comes from netlink.</summary>
internal sealed class InterfaceWatch : IDisposable
{
    private readonly Action _changed;

    public InterfaceWatch(Action changed)
    {
        _changed = changed;
        NetworkChange.NetworkAddressChanged += OnChanged;
    }

    public void Dispose() => NetworkChange.NetworkAddressChanged -= OnChanged;

    private void OnChanged(object? sender, EventArgs e) => _changed();
}
