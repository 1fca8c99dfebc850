//! Nothing but a right signature leads to an event.

use std::marker::PhantomData;

use hibob_client::EmployeeId;
use hibob_client::webhook::{Delivery, Event, Opened, Unparseable, Verified};
use serde::de::DeserializeOwned;

/// Chosen where the bound holds, because inherent functions come before those of traits.
struct Probe<T>(PhantomData<T>);

impl<T: DeserializeOwned> Probe<T> {
    const READABLE: bool = true;
}

impl<T: Default> Probe<(T,)> {
    const DEFAULT: bool = true;
}

trait Otherwise {
    const READABLE: bool = false;
    const DEFAULT: bool = false;
}

impl<T> Otherwise for Probe<T> {}

#[test]
fn events_are_not_read_or_made_out_of_nothing() {
    const { assert!(Probe::<EmployeeId>::READABLE, "the probe sees") };
    const { assert!(Probe::<(String,)>::DEFAULT, "the probe sees") };
    const { assert!(!Probe::<Event>::READABLE) };
    const { assert!(!Probe::<Delivery>::READABLE) };
    const { assert!(!Probe::<Opened>::READABLE) };
    const { assert!(!Probe::<Unparseable>::READABLE) };
    const { assert!(!Probe::<(Event,)>::DEFAULT) };
    const { assert!(!Probe::<(Delivery,)>::DEFAULT) };
    const { assert!(!Probe::<(Opened,)>::DEFAULT) };
    const { assert!(!Probe::<(Verified<'static, 'static>,)>::DEFAULT) };
}
