//! What is left of somebody who is to be forgotten.

use hibob_client::EmployeeId;

use super::ledger::Ledger;

impl Ledger {
    /// Takes an employee out: what waits for approval goes, and what has passed counts on for its
    /// budget, about nobody and without the account.
    pub fn forget(&mut self, employee: &EmployeeId) {
        self.holds.retain(|hold| hold.employee != *employee);
        self.watch.forget(employee);
        // Every id is digits, and no employee has this one.
        let Ok(nobody) = EmployeeId::try_from(NOBODY) else {
            return;
        };
        for spent in self.spent.iter_mut().filter(|it| it.employee == *employee) {
            spent.employee = nobody.clone();
            spent.step = spent.step.without_ids();
        }
    }
}

const NOBODY: &str = "0";
